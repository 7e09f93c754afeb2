"""Forged events: who could send one at all, and what the wrong ones would move. Both: nothing.

An event is believed because of where it comes from. So the first half proves, with the credentials
of each function, that nobody can put one there; the second half puts it there as the account's
root, which can do everything. `test_lies` tells of every lie to every consumer.
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
from tests.security.forgeries import CONSUMED, a_payment_of, forged
from tests.security.fortress import Fortress

pytestmark = pytest.mark.xdist_group("security")

ROLES = [function.name for function in FUNCTIONS]
MAY_PUBLISH = {"event-relay-stream"}
MAY_SEND_BACK = {"error-handler-consumer", "error-handler-api"}
OWNERS = table_owners()


def refused(call: Any, **parameters: Any) -> bool:
    """Whether IAM says no. Raises what else goes wrong."""
    try:
        call(**parameters)
    except ClientError as error:
        if "AccessDenied" in error.response["Error"]["Code"]:
            return True
        raise
    return False


@pytest.mark.parametrize("function", ROLES)
def test_nobody_but_the_relay_can_put_an_event_on_the_bus(
    fortress: Fortress, function: str
) -> None:
    events = fortress.as_role(fortress.roles()[function], "events")
    entry = {"Source": "intruder", "DetailType": "intrusion", "Detail": "{}"}
    for bus in (fortress.stack.outputs["EventBusName"], "default"):
        said_no = refused(events.put_events, Entries=[entry | {"EventBusName": bus}])

        assert said_no is not (function in MAY_PUBLISH and bus != "default"), bus


@pytest.mark.parametrize("function", ROLES)
def test_nobody_but_the_error_handler_can_send_to_a_queue_that_is_worked_through(
    fortress: Fortress, function: str
) -> None:
    sqs = fortress.as_role(fortress.roles()[function], "sqs")
    with_messages = function in MAY_SEND_BACK
    for queue in routing.source_queues():
        url = fortress.queue_url(queue)
        # One that its reader parks at once: the point is that it may be sent.
        said_no = refused(sqs.send_message, QueueUrl=url, MessageBody="intrusion", DelaySeconds=900)

        assert said_no is not with_messages, queue
        if with_messages:
            fortress.stack.client("sqs").purge_queue(QueueUrl=url)


@pytest.mark.parametrize("function", ROLES)
def test_nobody_can_park_a_message_for_another_service(fortress: Fortress, function: str) -> None:
    sqs = fortress.as_role(fortress.roles()[function], "sqs")
    service = next(one.service for one in FUNCTIONS if one.name == function)
    others = [q for q in routing.dead_letter_queues() if routing.owner(q) != service]

    for queue in others:
        url = fortress.queue_url(queue)
        assert refused(sqs.send_message, QueueUrl=url, MessageBody="intrusion"), queue


@pytest.mark.parametrize("function", ROLES)
def test_nobody_can_write_a_state_of_another_service(fortress: Fortress, function: str) -> None:
    """A table's outbox is an event: who writes one announces it."""
    dynamodb = fortress.as_role(fortress.roles()[function], "dynamodb")
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


def test_an_event_under_the_name_of_another_service_reaches_nobody(fortress: Fortress) -> None:
    fortress.fund("alice", 1000, "DKK")
    fortress.await_quiet()
    before, charged = fortress.money(), fortress.charged()
    facts = a_payment_of(fortress.subject("alice"), currency="DKK")
    bus = fortress.stack.outputs["EventBusName"]
    entries = [
        {"EventBusName": bus, "Source": s, "DetailType": kind, "Detail": forged(kind, **facts)}
        for kind, event in EVENTS.items()
        for s in ("intruder", "aws.events", f"{event.producer}-2")
    ]

    for entry in entries:
        fortress.stack.client("events").put_events(Entries=[entry])
    fortress.await_quiet()

    assert fortress.money() == before
    assert fortress.charged() == charged


def test_a_lie_about_a_payment_that_ended_is_parked_and_moves_no_money(fortress: Fortress) -> None:
    fortress.fund("alice", 1000, "NOK")
    payment_id = fortress.pay("alice", 400, "NOK")
    assert fortress.end_of("alice", payment_id) == ("completed", None)
    fortress.await_quiet()
    before, charged = fortress.money(), fortress.charged()
    facts = a_payment_of(fortress.subject("alice"), payment_id=payment_id, value=401)
    lies = {queue: forged(kind, **facts) for kind, queue in CONSUMED}

    for queue, body in lies.items():
        fortress.send(queue, body)

    for queue, body in lies.items():
        assert "another user or amount" in fortress.parked(body)["reason"], queue
    assert fortress.money() == before
    assert fortress.charged() == charged
    assert fortress.payment("alice", payment_id)["status"] == "completed"
