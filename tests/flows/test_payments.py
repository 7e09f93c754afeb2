"""Every way in which a payment can end, over real HTTP, through every service."""

from __future__ import annotations

import uuid

import pytest

from tests.flows.town import Town

pytestmark = pytest.mark.xdist_group("local-stack")


def test_an_approved_payment_completes_and_its_amount_leaves_the_wallet(town: Town) -> None:
    town.fund("alice", 1000, "AUD")

    payment_id = town.pay("alice", 450, "AUD")

    assert town.end_of("alice", payment_id) == ("completed", None)
    assert town.wallet("alice", "AUD") == (550, 0)
    assert town.charges(payment_id) == 1


def test_a_declined_payment_fails_with_its_code_and_all_is_available_again(town: Town) -> None:
    town.fund("alice", 1000, "BRL")

    payment_id = town.pay("alice", 450, "BRL", payee="payee_decline_suspected_fraud")

    assert town.end_of("alice", payment_id) == ("failed", "suspected_fraud")
    assert town.wallet("alice", "BRL") == (1000, 0)
    assert town.charges(payment_id) == 0


def test_a_payment_of_more_than_the_wallet_holds_fails(town: Town) -> None:
    town.fund("alice", 100, "CAD")

    payment_id = town.pay("alice", 101, "CAD")

    assert town.end_of("alice", payment_id) == ("failed", "insufficient_funds")
    assert town.wallet("alice", "CAD") == (100, 0)


def test_a_payment_from_a_wallet_that_is_not_there_fails(town: Town) -> None:
    payment_id = town.pay("alice", 100, "ZAR")

    assert town.end_of("alice", payment_id) == ("failed", "wallet_not_found")


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
    town: Town, payee: str, currency: str, end: tuple[str, str | None]
) -> None:
    town.fund("alice", 1000, currency)

    payment_id = town.pay("alice", 400, currency, payee=payee)

    assert town.end_of("alice", payment_id) == end
    charged = 1 if end[0] == "completed" else 0
    assert town.charges(payment_id) == charged
    assert town.wallet("alice", currency) == (1000 - 400 * charged, 0)


UNDECIDED = {"payee_never_answers": "KRW", "payee_charge_down": "KWD"}


def test_payments_that_the_gateway_never_decides_expire_and_give_their_money_back(
    town: Town,
) -> None:
    """Both at once: each takes as long as a payment may."""
    for currency in UNDECIDED.values():
        town.fund("alice", 1000, currency)

    sent = {
        town.pay("alice", 400, currency, payee=payee): currency
        for payee, currency in UNDECIDED.items()
    }

    for payment_id, currency in sent.items():
        assert town.end_of("alice", payment_id) == ("failed", "reservation_expired")
        assert town.wallet("alice", currency) == (1000, 0)
        assert town.charges(payment_id) == 0


def test_the_same_key_gives_the_same_payment_and_another_body_is_refused(town: Town) -> None:
    town.fund("alice", 1000, "MXN")
    key, path = str(uuid.uuid4()), "/payments"
    body = {"amount": {"value": 100, "currency": "MXN"}, "payee": "coffee-shop-42"}
    other = {"amount": {"value": 101, "currency": "MXN"}, "payee": "coffee-shop-42"}

    first = town.call("alice", "POST", path, key=key, body=body)
    town.end_of("alice", first.json()["payment_id"])
    again = town.call("alice", "POST", path, key=key, body=body)
    refused = town.call("alice", "POST", path, key=key, body=other)

    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["Idempotency-Replayed"] == "true"
    assert refused.status_code == 422
    assert refused.json()["type"] == "urn:problem-type:payments:idempotency-key-reused"
    assert town.wallet("alice", "MXN") == (900, 0)


def test_a_payment_is_seen_by_nobody_but_its_owner(town: Town) -> None:
    payment_id = town.pay("alice", 100, "NOK")

    answer = town.call("bob", "GET", f"/payments/{payment_id}")

    assert answer.status_code == 404
    assert payment_id not in town.call("bob", "GET", "/payments").text


def test_the_same_key_of_two_people_gives_two_payments(town: Town) -> None:
    key = str(uuid.uuid4())

    of_alice = town.pay("alice", 100, "NZD", key=key)
    of_bob = town.pay("bob", 100, "NZD", key=key)

    assert of_alice != of_bob
