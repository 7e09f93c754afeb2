"""What one payment costs: calls, write units, events, bytes; the same whenever it is counted."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from handlers.gateway_processor.gateway import Declined
from tests.api.entry import Api
from tests.builders import ALICE, VirtualTime, answered
from tests.counts.meter import Meter, Write, item_bytes, units
from tests.counts.world import World
from tests.runtime.books import LOST, UNHEARD, Books
from tests.stores.cloud import Cloud

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
def world(cloud: Cloud, time: VirtualTime) -> Iterator[World]:
    meter, api = Meter(cloud), Api(time.clock())
    with meter.listening():
        api.deposit(1000, user_id=UUID)
        api.deposit(1000, key="d-2")
        api.deposit(999_999_999_999, key="d-3", user_id=LONG)
        meter.forget()
        yield World(cloud, time, Books(), meter)


def status(world: World, payment: dict[str, Any], user: str = UUID) -> str:
    path = {"payment_id": payment["payment_id"]}
    shown = world.api.send("GET", "/payments/{payment_id}", user=user, path=path)
    found: str = answered(shown)[1]["status"]
    return found


def balance(world: World, user: str = UUID) -> tuple[int, int]:
    _, wallet = answered(world.api.wallet(user=user))
    return wallet["available"], wallet["reserved"]


def test_a_completed_payment_costs_what_the_design_allows(world: World) -> None:
    payment = world.pay(user=UUID)
    world.run()
    world.run_delayed()

    assert world.log == [
        CREATE,
        RESERVE,
        CHARGE,
        DEDUCT,
        COMPLETE,
        DEADLINE_PASSES,
        EXPIRY_PASSES,
    ]
    assert world.published == [
        "payment.initiated",
        "wallet.funds_reserved",
        "gateway.payment_approved",
        "wallet.funds_deducted",
        "payment.completed",
    ]
    assert len(world.published) <= EVENTS_MAX
    assert world.meter.billed == 13
    assert world.meter.billed <= UNITS_MAX
    assert status(world, payment) == "completed"
    assert balance(world) == (550, 0)


def test_each_write_of_a_completed_payment_is_as_small_as_can_be(world: World) -> None:
    world.pay(user=UUID)
    world.run()

    written = [(w.operation, w.table, w.units, w.index_units) for w in world.meter.writes]
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


def largest(writes: list[Write]) -> dict[str, int]:
    return {
        t: max(w.bytes for w in writes if w.table == t) for t in ("payments", "wallets", "charges")
    }


def test_items_stay_under_a_kilobyte_with_their_outbox(world: World) -> None:
    world.pay(user=UUID)
    world.run()

    assert all(size < 1024 for size in largest(world.meter.writes).values())


def test_even_the_longest_names_cost_no_more_than_the_design_allows(world: World) -> None:
    world.pay(
        user=LONG,
        key="k" * 64,
        payee="p" * 63,
        amount={"value": 999_999_999_999, "currency": "EUR"},
    )
    world.run()

    assert world.published[-1] == "payment.completed"
    assert world.meter.billed <= UNITS_MAX


def test_a_declined_payment_gives_everything_back(world: World) -> None:
    world.books.verdict = Declined("lost_card")
    payment = world.pay(user=UUID)
    world.run()
    world.run_delayed()

    assert world.log == [CREATE, RESERVE, CHARGE, RELEASE, FAIL, DEADLINE_PASSES, EXPIRY_PASSES]
    assert world.published[-1] == "payment.failed"
    assert world.meter.billed == 13
    assert status(world, payment) == "failed"
    assert balance(world) == (1000, 0)


def test_a_refused_payment_reaches_no_gateway(world: World) -> None:
    payment = world.pay(user=UUID, amount={"value": 1001, "currency": "EUR"})
    world.run()
    world.run_delayed()

    assert world.log == [
        CREATE,
        "wallet-service payment.initiated: BatchGetItem PutItem",
        "payment-orchestrator wallet.reservation_failed: GetItem UpdateItem",
        DEADLINE_PASSES,
    ]
    assert world.meter.billed == 4
    assert status(world, payment) == "failed"
    assert balance(world) == (1000, 0)


def test_an_expired_payment_is_closed_by_its_delayed_copy(world: World) -> None:
    payment = world.pay(user=UUID)
    assert world.deliver(world.waiting.pop()) == 0
    lost = world.waiting.pop()
    assert lost.consumer.channel == "wallet.funds_reserved"

    world.run_delayed()

    assert world.log == [
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
    assert world.books.asked == []
    assert status(world, payment) == "failed"
    assert balance(world) == (1000, 0)


def test_a_payee_that_never_answers_is_cancelled_at_expiry(world: World) -> None:
    world.books.line = [UNHEARD, UNHEARD]
    payment = world.pay(user=UUID)
    assert world.deliver(world.waiting.pop()) == 0
    assert world.deliver(world.waiting.pop()) == 1

    world.run_delayed()

    assert (
        "gateway-processor wallet.funds_reserved.at-expiry: GetItem UpdateItem cancel" in world.log
    )
    assert (world.books.charges, status(world, payment)) == (0, "failed")
    assert balance(world) == (1000, 0)


def test_a_payment_whose_answer_was_lost_is_charged_once_and_completes(world: World) -> None:
    world.books.line = [LOST]
    payment = world.pay(user=UUID)
    world.run()

    assert f"{CHARGE} inquire" in world.log
    assert (world.books.charges, status(world, payment)) == (1, "completed")
    assert balance(world) == (550, 0)


def test_every_message_twice_costs_reads_and_answers_and_moves_nothing_twice(world: World) -> None:
    payment = world.pay(user=UUID)
    world.run(copies=2)

    told = Counter(world.log)
    assert told[RESERVE] == 1
    assert told[CHARGE] == 1
    assert told[DEDUCT] == 1
    assert told[COMPLETE] == 1
    assert (world.books.charges, status(world, payment)) == (1, "completed")
    assert balance(world) == (550, 0)
    # An answer heard again is only read; a question asked again is answered again.
    assert told["wallet-service gateway.payment_approved: BatchGetItem"] >= 1
    assert told["payment-orchestrator wallet.funds_deducted: GetItem"] >= 1
    assert told["wallet-service payment.initiated: BatchGetItem UpdateItem"] == 1
    assert told["gateway-processor wallet.funds_reserved: GetItem UpdateItem"] >= 1


@pytest.mark.parametrize("seed", range(4))
def test_in_any_order_and_with_duplicates_money_is_conserved(world: World, seed: int) -> None:
    draw = random.Random(seed)
    payments = []
    for number in range(4):
        user = (UUID, ALICE)[number % 2]
        amount = {"value": draw.choice([300, 600]), "currency": "EUR"}
        payments.append((world.pay(user=user, key=f"k-{number}", amount=amount), user))
    world.books.line = draw.choices([LOST, ""], k=6)

    world.run(pick=draw.randrange, copies=draw.choice([1, 2]))
    world.run_delayed()

    for user in (UUID, ALICE):
        ended = [(p, status(world, p, user)) for p, owner in payments if owner == user]
        spent = sum(p["amount"]["value"] for p, s in ended if s == "completed")
        assert {s for _, s in ended} <= {"completed", "failed"}
        assert balance(world, user) == (1000 - spent, 0)
    completed = sum(status(world, p, user) == "completed" for p, user in payments)
    assert world.books.charges == completed


def test_the_meter_counts_as_dynamodb_does() -> None:
    small = {"a": {"S": "é" * 10}, "n": {"N": "12345"}}
    exact = {"k": {"S": "x" * 1023}}

    assert item_bytes(small) == 1 + 20 + 1 + 4
    assert (units({}, exact), units(exact, small), units({}, {"k": {"S": "x" * 1024}})) == (1, 1, 2)
