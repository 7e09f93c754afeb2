"""Payments in flight while workers are killed and the system is stopped: none is lost.

The system is its own, since the test breaks it.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ALL_COMPLETED, Future, ThreadPoolExecutor, wait

import pytest

from infra.local.stack import LocalStack, Settings
from tests.flows.town import Town

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
def own_town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    settings = Settings(expiry_s=30, redeliver_s=5)
    with LocalStack(tmp_path_factory.mktemp("stack"), settings) as stack:
        stack.warm_up()
        yield Town(stack)


def payees() -> list[str]:
    """Whom to pay; the slow ones keep something in flight whatever the machine's speed."""
    choose = random.Random(SEED)
    return [choose.choice(PAYEES) for _ in range(PAYMENTS - SLOW)] + ["payee_slow"] * SLOW


def paying(town: Town, pool: ThreadPoolExecutor) -> list[Future[str]]:
    """The payments, as they are being sent."""
    return [pool.submit(town.pay, "alice", AMOUNT, "EUR", payee=payee) for payee in payees()]


def assert_all_ended_and_money_is_conserved(town: Town, payment_ids: list[str]) -> None:
    ended = town.ends_of("alice", payment_ids)

    assert ended.total() == PAYMENTS
    assert ended["completed"] > 0
    assert ended["failed"] > 0
    assert town.wallet("alice", "EUR") == (FUNDS - AMOUNT * ended["completed"], 0)
    assert not town.charged_twice()
    charged = sum(town.charges(payment_id) for payment_id in payment_ids)
    assert charged == ended["completed"]


def test_killed_workers_and_a_stop_and_a_start_in_the_middle_lose_no_payment(
    own_town: Town,
) -> None:
    own_town.fund("alice", FUNDS, "EUR")

    killed: Counter[str] = Counter()
    with ThreadPoolExecutor(4) as pool:
        sent = paying(own_town, pool)
        for function in FUNCTIONS * KILLS_OF_EACH:
            wait(sent[: (sum(killed.values()) + 1) * EACH], return_when=ALL_COMPLETED)
            killed[function] += own_town.stack.kill_workers(function)
    payment_ids = [payment.result() for payment in sent]
    in_flight = own_town.payment("alice", payment_ids[-1])["status"] == "pending"
    own_town.stack.restart()

    assert all(killed[function] for function in FUNCTIONS), killed
    assert in_flight
    assert_all_ended_and_money_is_conserved(own_town, payment_ids)
