"""Messages that come twice, in the wrong order, or broken: money stands, and nothing is lost."""

from __future__ import annotations

import json
import random

import pytest

from tests.flows.town import Town, consumer_queues, until

pytestmark = pytest.mark.xdist_group("local-stack")

SEED = 20260301


@pytest.mark.parametrize(
    ("payee", "currency", "end", "available"),
    [
        ("coffee-shop-42", "PLN", "completed", 600),
        ("payee_decline_do_not_honor", "SEK", "failed", 1000),
    ],
)
def test_every_event_again_and_in_any_order_changes_nothing(
    town: Town, payee: str, currency: str, end: str, available: int
) -> None:
    town.fund("alice", 1000, currency)
    payment_id = town.pay("alice", 400, currency, payee=payee)
    assert town.end_of("alice", payment_id)[0] == end
    town.await_quiet()
    charges = town.charges(payment_id)
    copies = [
        (queue, json.dumps(event))
        for event_type, event in town.announced(payment_id).items()
        for queue in consumer_queues(event_type)
    ] * 3
    random.Random(SEED).shuffle(copies)

    for queue, body in copies:
        town.send(queue, body)
    town.await_quiet()

    assert town.payment("alice", payment_id)["status"] == end
    assert town.wallet("alice", currency) == (available, 0)
    assert town.charges(payment_id) == charges
    assert not [e for e in town.failed_events() if e.get("payment_id") == payment_id]


def test_a_message_that_breaks_the_contract_waits_for_an_operator_with_the_reason(
    town: Town,
) -> None:
    body = '{"specversion": "1.0", "type": "payment.initiated", "data": {"amount": -1}}'

    town.send("wallet-service--payment-initiated", body)

    parked = until(
        "the parked message",
        town.failed_events,
        lambda events: any(event["body"] == body for event in events),
    )
    (event,) = [event for event in parked if event["body"] == body]
    assert (event["consumer"], event["kind"]) == ("wallet-service", "permanent")
    assert "breaks the contract" in event["reason"]


def test_a_payment_whose_message_was_parked_completes_when_an_operator_redrives_it(
    town: Town,
) -> None:
    """The message is taken out of its queue and parked, as a version with a bug would have done."""
    town.fund("alice", 1000, "SGD")
    queue = "gateway-processor--wallet-funds_reserved"
    with town.not_consumed(queue):
        payment_id = town.pay("alice", 400, "SGD")
        body = town.taken_from(queue, payment_id)
    town.send(
        f"{queue}-dlq", body, {"failure_kind": "permanent", "failure_reason": "a bug, now mended"}
    )
    parked = until(
        "the parked message",
        town.failed_events,
        lambda events: any(event.get("payment_id") == payment_id for event in events),
    )
    (event,) = [event for event in parked if event.get("payment_id") == payment_id]
    path = f"/failed-events/{event['failed_event_id']}/redrive"

    answer = town.call("olivia", "POST", path, body={"note": "mended in this version"})

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "redriven"
    assert town.end_of("alice", payment_id) == ("completed", None)
    assert town.wallet("alice", "SGD") == (600, 0)
    again = town.call("olivia", "POST", path, body={"note": "once more"})
    assert again.status_code == 409
