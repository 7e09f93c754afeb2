"""What one payment costs: calls, write units, events, bytes; the same whenever it is counted."""

import random
from collections import Counter
from typing import Any

import pytest

from handlers.gateway_processor.gateway import Declined
from tests.builders import ALICE, answered
from tests.in_memory.bill import Write, item_bytes, units, write_units, writes
from tests.in_memory.gateway import ANSWER_LOST, NO_FAULT, REQUEST_LOST
from tests.in_memory.steps import Steps
from tests.in_memory.system import Call, System

pytestmark = [
    pytest.mark.payment_orchestrator,
    pytest.mark.wallet_service,
    pytest.mark.gateway_processor,
    pytest.mark.event_relay,
]

UUID = "1f0e6a52-7d0c-4d6b-9a55-5f2f5c0f9a11"
LONG = "u" * 64
UNITS_MAX, EVENTS_MAX = 16, 6  # of one completed payment
CREATE = "payment-orchestrator POST /payments: PutItem"
RESERVE = "wallet-service payment.initiated: BatchGetItem TransactWriteItems"
CHARGE = "gateway-processor wallet.funds_reserved: GetItem PutItem UpdateItem charge"
DEDUCT = "wallet-service gateway.payment_approved: BatchGetItem TransactWriteItems"
RELEASE = "wallet-service gateway.payment_rejected: BatchGetItem TransactWriteItems"
COMPLETE = "payment-orchestrator wallet.funds_deducted: GetItem UpdateItem"
FAIL = "payment-orchestrator wallet.funds_released: GetItem UpdateItem"
DEADLINE_PASSES = "payment-orchestrator payment.initiated.after-deadline: GetItem"
EXPIRY_PASSES = "gateway-processor wallet.funds_reserved.at-expiry: GetItem"


@pytest.fixture
def steps() -> Steps:
    system = System()
    system.deposit(1000, UUID)
    system.deposit(1000, ALICE)
    system.deposit(999_999_999_999, LONG)
    return Steps(system)


def calls(steps: Steps) -> list[Call]:
    return [call for step in steps.taken for call in step.invocation.calls]


def status(steps: Steps, payment: dict[str, Any], user: str = UUID) -> str:
    path, one = {"payment_id": payment["payment_id"]}, "/payments/{payment_id}"
    shown = steps.system.ask("payment-orchestrator-api", "GET", one, user=user, path=path)
    found: str = answered(shown)[1]["status"]
    return found


def balance(steps: Steps, user: str = UUID) -> tuple[int, int]:
    return steps.system.money()[f"{user}#EUR"]


def test_a_completed_payment_costs_what_the_design_allows(steps: Steps) -> None:
    payment = steps.pay(user=UUID)
    steps.run()
    steps.run_delayed()

    assert steps.log == [
        CREATE,
        RESERVE,
        CHARGE,
        DEDUCT,
        COMPLETE,
        DEADLINE_PASSES,
        EXPIRY_PASSES,
    ]
    assert steps.published == [
        "payment.initiated",
        "wallet.funds_reserved",
        "gateway.payment_approved",
        "wallet.funds_deducted",
        "payment.completed",
    ]
    assert len(steps.published) <= EVENTS_MAX
    assert write_units(calls(steps)) == 13
    assert write_units(calls(steps)) <= UNITS_MAX
    assert status(steps, payment) == "completed"
    assert balance(steps) == (550, 0)


def test_each_write_of_a_completed_payment_is_as_small_as_can_be(steps: Steps) -> None:
    steps.pay(user=UUID)
    steps.run()

    written = [(w.operation, w.table, w.units, w.index_units) for w in writes(calls(steps))]
    assert written == [
        ("PutItem", "payments", 1, 1),
        ("TransactWriteItems", "wallets", 2, 0),
        ("TransactWriteItems", "wallets", 2, 0),
        ("PutItem", "charges", 1, 0),
        ("UpdateItem", "charges", 1, 0),
        ("TransactWriteItems", "wallets", 2, 0),
        ("TransactWriteItems", "wallets", 2, 0),
        ("UpdateItem", "payments", 1, 0),
    ]


def largest(written: list[Write]) -> dict[str, int]:
    return {
        t: max(w.bytes for w in written if w.table == t) for t in ("payments", "wallets", "charges")
    }


def test_items_stay_under_a_kilobyte_with_their_outbox(steps: Steps) -> None:
    steps.pay(user=UUID)
    steps.run()

    assert all(size < 1024 for size in largest(writes(calls(steps))).values())


def test_even_the_longest_names_cost_no_more_than_the_design_allows(steps: Steps) -> None:
    steps.pay(
        user=LONG,
        key="k" * 64,
        payee="p" * 63,
        amount={"value": 999_999_999_999, "currency": "EUR"},
    )
    steps.run()

    assert steps.published[-1] == "payment.completed"
    assert write_units(calls(steps)) <= UNITS_MAX


def test_a_declined_payment_gives_everything_back(steps: Steps) -> None:
    steps.system.gateway.verdict = Declined("lost_card")
    payment = steps.pay(user=UUID)
    steps.run()
    steps.run_delayed()

    assert steps.log == [CREATE, RESERVE, CHARGE, RELEASE, FAIL, DEADLINE_PASSES, EXPIRY_PASSES]
    assert steps.published[-1] == "payment.failed"
    assert write_units(calls(steps)) == 13
    assert status(steps, payment) == "failed"
    assert balance(steps) == (1000, 0)


def test_a_refused_payment_reaches_no_gateway(steps: Steps) -> None:
    payment = steps.pay(user=UUID, amount={"value": 1001, "currency": "EUR"})
    steps.run()
    steps.run_delayed()

    assert steps.log == [
        CREATE,
        "wallet-service payment.initiated: BatchGetItem PutItem",
        "payment-orchestrator wallet.reservation_failed: GetItem UpdateItem",
        DEADLINE_PASSES,
    ]
    assert write_units(calls(steps)) == 4
    assert status(steps, payment) == "failed"
    assert balance(steps) == (1000, 0)


def test_an_expired_payment_is_closed_by_its_delayed_copy(steps: Steps) -> None:
    payment = steps.pay(user=UUID)
    assert steps.deliver(steps.waiting.pop()) == 0
    lost = steps.waiting.pop()
    assert lost.consumer.channel == "wallet.funds_reserved"

    steps.run_delayed()

    assert steps.log == [
        CREATE,
        RESERVE,
        "payment-orchestrator payment.initiated.after-deadline: GetItem UpdateItem",
        "gateway-processor wallet.funds_reserved.at-expiry: GetItem PutItem",
        "wallet-service payment.initiated: BatchGetItem UpdateItem",
        RELEASE,
        "gateway-processor wallet.funds_reserved: GetItem UpdateItem",
        FAIL,
        "wallet-service gateway.payment_rejected: BatchGetItem",
    ]
    assert steps.system.gateway.calls == []
    assert status(steps, payment) == "failed"
    assert balance(steps) == (1000, 0)


def test_a_payee_that_never_answers_is_cancelled_at_expiry(steps: Steps) -> None:
    steps.system.gateway.faults = [REQUEST_LOST, REQUEST_LOST]
    payment = steps.pay(user=UUID)
    assert steps.deliver(steps.waiting.pop()) == 0
    assert steps.deliver(steps.waiting.pop()) == 1

    steps.run_delayed()

    assert (
        "gateway-processor wallet.funds_reserved.at-expiry: GetItem UpdateItem cancel" in steps.log
    )
    assert (steps.system.gateway.charges, status(steps, payment)) == (0, "failed")
    assert balance(steps) == (1000, 0)


def test_a_payment_whose_answer_was_lost_is_charged_once_and_completes(steps: Steps) -> None:
    steps.system.gateway.faults = [ANSWER_LOST]
    payment = steps.pay(user=UUID)
    steps.run()

    assert f"{CHARGE} inquire" in steps.log
    assert (steps.system.gateway.charges, status(steps, payment)) == (1, "completed")
    assert balance(steps) == (550, 0)


def test_every_message_twice_costs_reads_and_answers_and_moves_nothing_twice(steps: Steps) -> None:
    payment = steps.pay(user=UUID)
    steps.run(copies=2)

    counted = Counter(steps.log)
    assert counted[RESERVE] == 1
    assert counted[CHARGE] == 1
    assert counted[DEDUCT] == 1
    assert counted[COMPLETE] == 1
    assert (steps.system.gateway.charges, status(steps, payment)) == (1, "completed")
    assert balance(steps) == (550, 0)
    # A duplicate answer is only read; a duplicate question is answered again.
    assert counted["wallet-service gateway.payment_approved: BatchGetItem"] >= 1
    assert counted["payment-orchestrator wallet.funds_deducted: GetItem"] >= 1
    assert counted["wallet-service payment.initiated: BatchGetItem UpdateItem"] == 1
    assert counted["gateway-processor wallet.funds_reserved: GetItem UpdateItem"] >= 1


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_and_with_duplicates_money_is_conserved(steps: Steps, seed: int) -> None:
    draw = random.Random(seed)
    payments = []
    for number in range(4):
        user = (UUID, ALICE)[number % 2]
        amount = {"value": draw.choice([300, 600]), "currency": "EUR"}
        payments.append((steps.pay(user=user, key=f"k-{number}", amount=amount), user))
    steps.system.gateway.faults = [draw.choice((ANSWER_LOST, NO_FAULT)) for _ in range(6)]

    steps.run(pick=draw.randrange, copies=draw.choice([1, 2]))
    steps.run_delayed()

    for user in (UUID, ALICE):
        ended = [(p, status(steps, p, user)) for p, owner in payments if owner == user]
        spent = sum(p["amount"]["value"] for p, s in ended if s == "completed")
        assert {s for _, s in ended} <= {"completed", "failed"}
        assert balance(steps, user) == (1000 - spent, 0)
    completed = sum(status(steps, p, user) == "completed" for p, user in payments)
    assert steps.system.gateway.charges == completed


def test_sizes_and_units_are_counted_as_dynamodb_does() -> None:
    small = {"a": {"S": "é" * 10}, "n": {"N": "12345"}}
    exact = {"k": {"S": "x" * 1023}}

    assert item_bytes(small) == 1 + 20 + 1 + 4
    assert (units({}, exact), units(exact, small), units({}, {"k": {"S": "x" * 1024}})) == (1, 1, 2)
