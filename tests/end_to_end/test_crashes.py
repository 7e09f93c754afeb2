"""Payments in flight while workers are killed and the system is stopped: none is lost.

The stack is its own, since the test breaks it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ALL_COMPLETED, Future, ThreadPoolExecutor, wait

import pytest

from infra.local.stack import Settings
from tests.running.stack import RunningStack, running

pytestmark = pytest.mark.xdist_group("crashes")

PAYMENTS = 90
AMOUNT = 10
FUNDS = 5000
SEED = 7
SLOW = 6
KILLS_OF_EACH = 2
EACH = 8  # payments between two kills
PAYEES = (
    "coffee-shop-42",
    "coffee-shop-42",
    "book-shop-7",
    "payee_decline_do_not_honor",
    "payee_answer_lost",
    "payee_error_after_charge",
)
FUNCTIONS = (
    "payment-orchestrator-consumer",
    "wallet-service-consumer",
    "gateway-processor-consumer",
    "event-relay-stream",
)


@pytest.fixture
def own_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningStack]:
    settings = Settings(expiry_s=30, redeliver_s=5)
    with running(tmp_path_factory.mktemp("stack"), settings) as stack:
        yield stack


def payees() -> list[str]:
    """Return one per payment; the slow ones keep some in flight on a machine of any speed."""
    choose = random.Random(SEED)
    return [choose.choice(PAYEES) for _ in range(PAYMENTS - SLOW)] + ["payee_slow"] * SLOW


def paying(stack: RunningStack, pool: ThreadPoolExecutor) -> list[Future[str]]:
    """Return the payments, as they are being sent."""
    return [pool.submit(stack.alice.pay, AMOUNT, "EUR", payee=payee) for payee in payees()]


def assert_all_ended_and_money_is_conserved(stack: RunningStack, payment_ids: list[str]) -> None:
    ended = stack.alice.ends_of(payment_ids)

    assert ended.total() == PAYMENTS
    assert ended["completed"] > 0
    assert ended["failed"] > 0
    assert stack.alice.wallet("EUR") == (FUNDS - AMOUNT * ended["completed"], 0)
    assert not stack.simulator.totals()["charged_twice"]
    charged = sum(stack.simulator.charges(payment_id) for payment_id in payment_ids)
    assert charged == ended["completed"]


def test_killed_workers_and_a_stop_and_a_start_in_the_middle_lose_no_payment(
    own_stack: RunningStack,
) -> None:
    own_stack.alice.fund(FUNDS, "EUR")

    killed: Counter[str] = Counter()
    with ThreadPoolExecutor(4) as pool:
        sent = paying(own_stack, pool)
        for function in FUNCTIONS * KILLS_OF_EACH:
            wait(sent[: (sum(killed.values()) + 1) * EACH], return_when=ALL_COMPLETED)
            killed[function] += own_stack.kill_workers(function)
    payment_ids = [payment.result() for payment in sent]
    in_flight = own_stack.alice.payment(payment_ids[-1])["status"] == "pending"
    own_stack.restart()

    assert all(killed[function] for function in FUNCTIONS), killed
    assert in_flight
    assert_all_ended_and_money_is_conserved(own_stack, payment_ids)
