"""Forged events: who could send one at all, and what the wrong ones would move. Both: nothing.

An event is believed because of where it comes from. So the first half proves, with the credentials
of each function, that nobody can put one there; the second half puts it there as the account's
root, which can do everything, and shows that an event which contradicts what is recorded moves
nothing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError

from generated.catalogue import EVENTS
from infra.local.stack import PREFIX
from infra.template import routing
from infra.template.functions import FUNCTIONS
from tests import builders
from tests.flows.town import consumer_queues
from tests.security.fortress import Fortress

pytestmark = pytest.mark.xdist_group("security")

ROLES = [function.name for function in FUNCTIONS]
MAY_PUBLISH = {"event-relay-stream"}
MAY_SEND_BACK = {"error-handler-consumer", "error-handler-api"}
UNKNOWN_PAYMENT = "pay_zzzzzzzzzzzzzzzzzzzzzzzzzz"
# A question about a payment of which nothing is recorded is believed: see docs/security.md.
QUESTIONS = {
    "wallet-service--payment-initiated",
    "gateway-processor--wallet-funds_reserved",
    "gateway-processor--wallet-funds_reserved-at-expiry",
}


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
    own = {grant.on for one in FUNCTIONS if one.name == function for grant in one.grants}
    keys = {"payments": "payment_id", "charges": "payment_id", "failed-events": "failed_event_id"}
    for table, key in keys.items():
        item = {key: {"S": "intrusion"}}
        if f"table/{table}" not in own:
            name = f"{PREFIX}-{table}"
            assert refused(dynamodb.put_item, TableName=name, Item=item), table
            assert refused(dynamodb.get_item, TableName=name, Key=item), table


def _data(**fields: Any) -> dict[str, Any]:
    """Every field that any event's data has; each event takes its own."""
    return {
        "payee": "coffee-shop-42",
        "expires_at": "2030-01-01T00:00:00.000Z",
        "reason": "do_not_honor",
        "charge_id": "ch_forged",
        **fields,
    }


def forged(event_type: str, **fields: Any) -> str:
    """A well-formed event of the contract that nobody announced."""
    event = EVENTS[event_type]
    taken = {"payment.initiated", "wallet.funds_reserved"}
    names = {"payment_id", "user_id", "amount"}
    names |= {"payee", "expires_at"} if event_type in taken else set()
    names |= {"charge_id"} if event_type == "gateway.payment_approved" else set()
    with_reason = ("failed", "rejected", "released")
    names |= {"reason"} if event_type.endswith(with_reason) else set()
    return json.dumps(
        {
            "specversion": "1.0",
            "id": builders.derived("evt", event_type, fields["payment_id"]),
            "source": event.producer,
            "type": event_type,
            "subject": fields["payment_id"],
            "time": "2026-03-01T12:00:00.000Z",
            "correlationid": "forged",
            "data": {name: value for name, value in _data(**fields).items() if name in names},
        }
    )


CONSUMED = sorted(
    (event.type, queue) for event in EVENTS.values() for queue in consumer_queues(event.type)
)


def facts_of(fortress: Fortress, currency: str) -> tuple[str, Mapping[str, Any]]:
    """A payment of alice's that ended, and what an event about it says truly."""
    fortress.fund("alice", 1000, currency)
    fortress.fund("bob", 1000, currency)
    payment_id = fortress.pay("alice", 400, currency)
    assert fortress.end_of("alice", payment_id) == ("completed", None)
    return payment_id, {
        "payment_id": payment_id,
        "user_id": fortress.subject("alice"),
        "amount": {"value": 400, "currency": currency},
    }


def test_an_event_with_another_user_or_amount_or_an_unknown_payment_moves_no_money(
    fortress: Fortress,
) -> None:
    payment_id, true = facts_of(fortress, "NOK")
    lies: dict[str, Mapping[str, Any]] = {
        "another user": {"user_id": fortress.subject("bob")},
        "a larger amount": {"amount": {"value": 401, "currency": "NOK"}},
        "another currency": {"amount": {"value": 400, "currency": "SEK"}},
        "an unknown payment": {"payment_id": UNKNOWN_PAYMENT},
    }
    fortress.await_quiet()
    before, charged = fortress.money(), fortress.charged()

    for event_type, queue in CONSUMED:
        for lie in lies.values():
            if "payment_id" in lie and queue in QUESTIONS:
                continue
            fortress.send(queue, forged(event_type, **{**true, **lie}))
    fortress.await_quiet()

    assert fortress.money() == before
    assert fortress.charged() == charged
    assert fortress.payment("alice", payment_id)["status"] == "completed"


def test_an_event_on_the_bus_under_the_name_of_another_service_reaches_nobody(
    fortress: Fortress,
) -> None:
    _, true = facts_of(fortress, "DKK")
    fortress.await_quiet()
    before, charged = fortress.money(), fortress.charged()
    new = {**true, "payment_id": UNKNOWN_PAYMENT}
    bus = fortress.stack.outputs["EventBusName"]
    entries = [
        {"EventBusName": bus, "Source": s, "DetailType": kind, "Detail": forged(kind, **new)}
        for kind, event in EVENTS.items()
        if kind != "wallet.funds_deposited"
        for s in ("intruder", "aws.events", f"{event.producer} ")
    ]

    for entry in entries:
        fortress.stack.client("events").put_events(Entries=[entry])
    fortress.await_quiet()

    assert fortress.money() == before
    assert fortress.charged() == charged
