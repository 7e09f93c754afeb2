"""Messages that come twice, in the wrong order, or broken: no money moves, nothing is lost."""

from __future__ import annotations

import json
import random

import pytest

from tests.running.queues import consumer_queues
from tests.running.stack import RunningStack

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
    stack: RunningStack, payee: str, currency: str, end: str, available: int
) -> None:
    stack.alice.fund(1000, currency)
    payment_id = stack.alice.pay(400, currency, payee=payee)
    assert stack.alice.end_of(payment_id)[0] == end
    stack.queues.await_quiet()
    charges = stack.simulator.charges(payment_id)
    copies = [
        (queue, json.dumps(event))
        for event_type, event in stack.announced(payment_id).items()
        for queue in consumer_queues(event_type)
    ] * 3
    random.Random(SEED).shuffle(copies)

    for queue, body in copies:
        stack.queues.send(queue, body)
    stack.queues.await_quiet()

    assert stack.alice.payment(payment_id)["status"] == end
    assert stack.alice.wallet(currency) == (available, 0)
    assert stack.simulator.charges(payment_id) == charges
    assert not [e for e in stack.operator.failed_events() if e.get("payment_id") == payment_id]


def test_a_message_that_breaks_the_contract_waits_for_an_operator_with_the_reason(
    stack: RunningStack,
) -> None:
    body = '{"specversion": "1.0", "type": "payment.initiated", "data": {"amount": -1}}'

    stack.queues.send("wallet-service--payment-initiated", body)

    event = stack.operator.parked(body=body)
    assert (event["consumer"], event["kind"]) == ("wallet-service", "permanent")
    assert "breaks the contract" in event["reason"]


def test_a_payment_whose_message_was_parked_completes_when_an_operator_redrives_it(
    stack: RunningStack,
) -> None:
    """The message is taken out of its queue and parked, as a version with a bug would have done."""
    stack.alice.fund(1000, "SGD")
    queue = "gateway-processor--wallet-funds_reserved"
    with stack.queues.not_consumed(queue):
        payment_id = stack.alice.pay(400, "SGD")
        body = stack.queues.take(queue, payment_id)
    reason = {"failure_kind": "permanent", "failure_reason": "a bug that is fixed now"}
    stack.queues.send(f"{queue}-dlq", body, reason)
    parked = stack.operator.parked(payment_id=payment_id)["failed_event_id"]

    answer = stack.operator.review(parked, "redrive", "fixed in this version")

    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "redriven"
    assert stack.alice.end_of(payment_id) == ("completed", None)
    assert stack.alice.wallet("SGD") == (600, 0)
    again = stack.operator.review(parked, "redrive", "a second time")
    assert again.status_code == 409
