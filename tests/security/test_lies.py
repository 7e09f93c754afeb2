"""Events that contradict what a service has recorded, to every consumer: none moves money.

What stays believed is a *question* about a payment of which the asked service has recorded nothing
(`is_believed`). Anyone who could send that could pay in another's name, so nobody may: test_forgery
proves that with the credentials of each function.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import pytest

from tests.builders import ALICE, BOB
from tests.in_memory.gateway import DECLINING, SILENT
from tests.in_memory.system import RECEIVES_MAX, System
from tests.security.forged_events import CONSUMED, LONG_AGO, UNKNOWN_PAYMENT, a_payment_of, forged

MINE: Final = 1000
WALLET_ASKED: Final = "wallet-service--payment-initiated"
GATEWAY_ASKED: Final = "gateway-processor--wallet-funds_reserved"
EXPIRY: Final = f"{GATEWAY_ASKED}-at-expiry"
QUESTIONS: Final = {WALLET_ASKED: "payment.initiated", GATEWAY_ASKED: "wallet.funds_reserved"}
LIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "another user": {"user_id": BOB},
    "a larger amount": {"amount": {"value": 401, "currency": "EUR"}},
    "a smaller amount": {"amount": {"value": 1, "currency": "EUR"}},
    "another currency": {"amount": {"value": 400, "currency": "SEK"}},
    "an unknown payment": {"payment_id": UNKNOWN_PAYMENT},
}
# How far the payment is: its payee, and the queues that are worked through.
STAGES: Final[Mapping[str, tuple[str, frozenset[str] | None]]] = {
    "pending": ("coffee-shop-42", frozenset()),
    "reserved": ("coffee-shop-42", frozenset({WALLET_ASKED})),
    "in flight": (SILENT, frozenset({WALLET_ASKED, GATEWAY_ASKED})),
    "approved": ("coffee-shop-42", frozenset({WALLET_ASKED, GATEWAY_ASKED})),
    "completed": ("coffee-shop-42", None),
    "failed": (DECLINING, None),
}
AMOUNTS: Final = frozenset({"a larger amount", "a smaller amount"})


def is_believed(queue: str, lie: str, stage: str) -> bool:
    """Whether it is a question that contradicts nothing the asked service has recorded."""
    if queue == WALLET_ASKED:  # reservations are recorded in the wallet of a user and a currency
        return lie not in AMOUNTS or stage == "pending"
    if queue.startswith(GATEWAY_ASKED):
        return lie == "an unknown payment" or stage in ("pending", "reserved")
    return False


def paid_as_far_as(stage: str) -> tuple[System, dict[str, Any]]:
    """Return a system with a payment of alice's at that stage, and the facts of a true event."""
    payee, queues = STAGES[stage]
    system = System()
    for user in (ALICE, BOB):
        for currency in ("EUR", "SEK"):
            system.deposit(MINE, user, currency)
    payment = system.pay(payee=payee)
    system.run(lambda queue: queues is None or queue in queues)
    facts = {"payment_id": payment["payment_id"], "user_id": ALICE, "amount": payment["amount"]}
    return system, facts


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize(("kind", "queue"), CONSUMED)
def test_a_lie_is_parked_and_changes_nothing(kind: str, queue: str, stage: str) -> None:
    system, facts = paid_as_far_as(stage)
    money, states, charges = system.money(), system.states(), dict(system.gateway.outcomes)
    lies = {n: lie for n, lie in LIES.items() if not is_believed(queue, n, stage)}

    for name, lie in lies.items():
        body = forged(kind, **{**facts, "expires_at": LONG_AGO, **lie})
        # The last try: what is too early now is parked instead of waiting for its time.
        response = system.consume(queue.partition("--")[0], queue, body, receives=RECEIVES_MAX)

        assert response == {"batchItemFailures": []}, name
        assert (system.parked()[-1].queue, system.parked()[-1].body) == (f"{queue}-dlq", body), name

    assert len(system.parked()) == len(lies)
    assert system.states() == states
    assert system.money() == money
    assert dict(system.gateway.outcomes) == charges


@pytest.mark.parametrize("stage", ["pending", "reserved"])
@pytest.mark.parametrize("lie", LIES)
def test_a_forged_expiry_closes_what_was_not_charged_and_moves_no_money(
    lie: str, stage: str
) -> None:
    system, facts = paid_as_far_as(stage)
    money, charges = system.money(), dict(system.gateway.outcomes)
    body = forged("wallet.funds_reserved", **{**facts, "expires_at": LONG_AGO, **LIES[lie]})

    system.consume("gateway-processor", EXPIRY, body)
    system.run()

    assert {one["status"] for one in system.items("charges")} <= {"expired", "approved"}
    posted = {wallet: sum(both) for wallet, both in money.items()}
    paid = sum(1 for one in system.items("charges") if one["status"] == "approved")
    now = {wallet: sum(both) for wallet, both in system.money().items()}
    assert sum(posted.values()) - sum(now.values()) == 400 * paid
    assert len(system.gateway.outcomes) - len(charges) == paid


@pytest.mark.parametrize("stage", ["in flight", "approved", "completed", "failed"])
def test_a_duplicate_request_with_another_payee_pays_nobody_else(stage: str) -> None:
    system, facts = paid_as_far_as(stage)
    asked = dict(system.gateway.outcomes)

    for queue, kind in QUESTIONS.items():
        body = forged(kind, **facts, payee="thief-shop-1")
        system.consume(queue.partition("--")[0], queue, body)

    assert {one["payee"] for one in system.items("charges")} == {STAGES[stage][0]}
    assert dict(system.gateway.outcomes) == asked


def test_what_the_contract_does_not_grant_a_service_is_not_published_in_its_name() -> None:
    """An outbox in the wallets' table that speaks for the gateway: the relay parks it."""
    system = System()
    facts = a_payment_of(ALICE)
    outbox = {"outbox": {"S": forged("gateway.payment_approved", **facts)}}
    arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/payments-test-wallets/stream/1"
    record = {"eventSourceARN": arn, "eventName": "INSERT", "dynamodb": {"NewImage": outbox}}

    system.invoke("event-relay-stream", {"Records": [record]})

    assert system.published == []
    (parked,) = system.parked()
    assert parked.queue == "event-relay--outbox-dlq"
