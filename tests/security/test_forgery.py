"""Forged events: no function can send one, and a forged event moves no money.

A service trusts an event because of the queue it comes from. So the first half proves, with the
credentials of each function, that none can put one there; the second half puts it there as the
account's root, which may do everything. `test_lies` sends every lie to every consumer.
"""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from generated.catalogue import EVENTS
from infra.local.stack import PREFIX
from infra.services.rows import STORES, table_owners
from infra.template import routing
from infra.template.functions import FUNCTIONS
from tests.running.stack import RunningStack
from tests.security.attempts import as_function
from tests.security.forged_events import CONSUMED, a_payment_of, forged

pytestmark = pytest.mark.xdist_group("security")

ROLES = [function.name for function in FUNCTIONS]
MAY_PUBLISH = {"event-relay-stream"}
MAY_SEND_BACK = {"error-handler-consumer", "error-handler-api"}
OWNERS = table_owners()


def refused(call: Any, **parameters: Any) -> bool:
    """Return whether IAM denies the call. Raises any other error."""
    try:
        call(**parameters)
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            return True
        raise
    return False


@pytest.mark.parametrize("function", ROLES)
def test_nobody_but_the_relay_can_put_an_event_on_the_bus(
    stack: RunningStack, function: str
) -> None:
    events = as_function(stack, function, "events")
    entry = {"Source": "intruder", "DetailType": "intrusion", "Detail": "{}"}
    for bus in (stack.outputs["EventBusName"], "default"):
        denied = refused(events.put_events, Entries=[entry | {"EventBusName": bus}])

        assert denied is not (function in MAY_PUBLISH and bus != "default"), bus


@pytest.mark.parametrize("function", ROLES)
def test_nobody_but_the_error_handler_can_send_to_a_queue_that_is_worked_through(
    stack: RunningStack, function: str
) -> None:
    sqs = as_function(stack, function, "sqs")
    with_messages = function in MAY_SEND_BACK
    for queue in routing.source_queues():
        url = stack.queues.url(queue)
        # One that its reader parks at once: the point is that it may be sent.
        denied = refused(sqs.send_message, QueueUrl=url, MessageBody="intrusion", DelaySeconds=900)

        assert denied is not with_messages, queue
        if with_messages:
            stack.client("sqs").purge_queue(QueueUrl=url)


@pytest.mark.parametrize("function", ROLES)
def test_nobody_can_park_a_message_for_another_service(stack: RunningStack, function: str) -> None:
    sqs = as_function(stack, function, "sqs")
    service = next(one.service for one in FUNCTIONS if one.name == function)
    others = [q for q in routing.dead_letter_queues() if routing.owner(q) != service]

    for queue in others:
        url = stack.queues.url(queue)
        assert refused(sqs.send_message, QueueUrl=url, MessageBody="intrusion"), queue


@pytest.mark.parametrize("function", ROLES)
def test_nobody_can_write_a_state_of_another_service(stack: RunningStack, function: str) -> None:
    """A table's outbox is an event: what is written there is announced."""
    dynamodb = as_function(stack, function, "dynamodb")
    service = next(one.service for one in FUNCTIONS if one.name == function)
    for store in STORES:
        name, key = f"{PREFIX}-{store.name}", {part: {"S": "intrusion"} for part in store.key}
        put = {"Put": {"TableName": name, "Item": key}}
        if OWNERS[store.name] != service:
            assert refused(dynamodb.put_item, TableName=name, Item=key), name
            assert refused(dynamodb.update_item, TableName=name, Key=key), name
            assert refused(dynamodb.transact_write_items, TransactItems=[put]), name
            assert refused(dynamodb.get_item, TableName=name, Key=key), name
        assert refused(dynamodb.delete_item, TableName=name, Key=key), name


def test_an_event_under_the_name_of_another_service_reaches_nobody(stack: RunningStack) -> None:
    stack.alice.fund(1000, "DKK")
    stack.queues.await_quiet()
    before, charged = stack.money(), stack.simulator.totals()["charged"]
    facts = a_payment_of(stack.alice.user_id, currency="DKK")
    bus = stack.outputs["EventBusName"]
    entries = [
        {"EventBusName": bus, "Source": s, "DetailType": kind, "Detail": forged(kind, **facts)}
        for kind, event in EVENTS.items()
        for s in ("intruder", "aws.events", f"{event.producer}-2")
    ]

    for entry in entries:
        stack.client("events").put_events(Entries=[entry])
    stack.queues.await_quiet()

    assert stack.money() == before
    assert stack.simulator.totals()["charged"] == charged


def test_a_lie_about_a_payment_that_ended_is_parked_and_moves_no_money(stack: RunningStack) -> None:
    stack.alice.fund(1000, "NOK")
    payment_id = stack.alice.pay(400, "NOK")
    assert stack.alice.end_of(payment_id) == ("completed", None)
    stack.queues.await_quiet()
    before, charged = stack.money(), stack.simulator.totals()["charged"]
    facts = a_payment_of(stack.alice.user_id, payment_id=payment_id, value=401)
    lies = {queue: forged(kind, **facts) for kind, queue in CONSUMED}

    for queue, body in lies.items():
        stack.queues.send(queue, body)

    for queue, body in lies.items():
        assert "another user or amount" in stack.operator.parked(body=body)["reason"], queue
    assert stack.money() == before
    assert stack.simulator.totals()["charged"] == charged
    assert stack.alice.payment(payment_id)["status"] == "completed"
