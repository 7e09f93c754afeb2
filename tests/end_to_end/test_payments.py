"""Every way in which a payment can end, over real HTTP, through every service."""

from __future__ import annotations

import uuid

import pytest

from tests.running.stack import RunningStack

pytestmark = pytest.mark.xdist_group("local-stack")


def test_an_approved_payment_completes_and_its_amount_leaves_the_wallet(
    stack: RunningStack,
) -> None:
    stack.alice.fund(1000, "AUD")

    payment_id = stack.alice.pay(450, "AUD")

    assert stack.alice.end_of(payment_id) == ("completed", None)
    assert stack.alice.wallet("AUD") == (550, 0)
    assert stack.simulator.charges(payment_id) == 1


def test_a_declined_payment_fails_with_its_code_and_its_amount_is_available_again(
    stack: RunningStack,
) -> None:
    stack.alice.fund(1000, "BRL")

    payment_id = stack.alice.pay(450, "BRL", payee="payee_decline_suspected_fraud")

    assert stack.alice.end_of(payment_id) == ("failed", "suspected_fraud")
    assert stack.alice.wallet("BRL") == (1000, 0)
    assert stack.simulator.charges(payment_id) == 0


def test_a_payment_of_more_than_the_wallet_holds_fails(stack: RunningStack) -> None:
    stack.alice.fund(100, "CAD")

    payment_id = stack.alice.pay(101, "CAD")

    assert stack.alice.end_of(payment_id) == ("failed", "insufficient_funds")
    assert stack.alice.wallet("CAD") == (100, 0)


def test_a_payment_from_a_wallet_that_does_not_exist_fails(stack: RunningStack) -> None:
    payment_id = stack.alice.pay(100, "ZAR")

    assert stack.alice.end_of(payment_id) == ("failed", "wallet_not_found")


@pytest.mark.parametrize(
    ("payee", "currency", "end"),
    [
        ("payee_slow", "CHF", ("completed", None)),
        ("payee_timeout_before_charge", "CLP", ("completed", None)),
        ("payee_timeout_after_charge", "CNY", ("completed", None)),
        ("payee_timeout_after_decline", "CZK", ("failed", "do_not_honor")),
        ("payee_late_charge", "TND", ("completed", None)),
        ("payee_answer_lost", "DKK", ("completed", None)),
        ("payee_error_before_charge", "GBP", ("completed", None)),
        ("payee_error_after_charge", "HKD", ("completed", None)),
        ("payee_malformed_answer", "HUF", ("completed", None)),
        ("payee_wrong_answer", "INR", ("completed", None)),
        ("payee_duplicate_request", "JPY", ("completed", None)),
    ],
)
def test_a_gateway_in_trouble_charges_exactly_once_or_not_at_all(
    stack: RunningStack, payee: str, currency: str, end: tuple[str, str | None]
) -> None:
    stack.alice.fund(1000, currency)

    payment_id = stack.alice.pay(400, currency, payee=payee)

    assert stack.alice.end_of(payment_id) == end
    charged = 1 if end[0] == "completed" else 0
    assert stack.simulator.charges(payment_id) == charged
    assert stack.alice.wallet(currency) == (1000 - 400 * charged, 0)


UNDECIDED = {"payee_never_answers": "KRW", "payee_charge_down": "KWD"}


def test_payments_that_the_gateway_never_decides_expire_and_give_their_money_back(
    stack: RunningStack,
) -> None:
    """Both at once: each takes as long as a payment may."""
    for currency in UNDECIDED.values():
        stack.alice.fund(1000, currency)

    sent = {
        stack.alice.pay(400, currency, payee=payee): currency
        for payee, currency in UNDECIDED.items()
    }

    for payment_id, currency in sent.items():
        assert stack.alice.end_of(payment_id) == ("failed", "reservation_expired")
        assert stack.alice.wallet(currency) == (1000, 0)
        assert stack.simulator.charges(payment_id) == 0


def test_the_same_key_gives_the_same_payment_and_another_body_is_refused(
    stack: RunningStack,
) -> None:
    stack.alice.fund(1000, "MXN")
    key, path = str(uuid.uuid4()), "/payments"
    body = {"amount": {"value": 100, "currency": "MXN"}, "payee": "coffee-shop-42"}
    other = {"amount": {"value": 101, "currency": "MXN"}, "payee": "coffee-shop-42"}

    first = stack.alice.call("POST", path, key=key, body=body)
    stack.alice.end_of(first.json()["payment_id"])
    again = stack.alice.call("POST", path, key=key, body=body)
    refused = stack.alice.call("POST", path, key=key, body=other)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:problem-type:payments:idempotency-key-reused"
    assert stack.alice.wallet("MXN") == (900, 0)


def test_a_payment_is_seen_by_nobody_but_its_owner(stack: RunningStack) -> None:
    payment_id = stack.alice.pay(100, "NOK")

    answer = stack.bob.call("GET", f"/payments/{payment_id}")

    assert answer.status_code == 404
    assert payment_id not in stack.bob.call("GET", "/payments").text


def test_the_same_key_of_two_people_gives_two_payments(stack: RunningStack) -> None:
    key = str(uuid.uuid4())

    of_alice = stack.alice.pay(100, "NZD", key=key)
    of_bob = stack.bob.pay(100, "NZD", key=key)

    assert of_alice != of_bob
