"""Payments while AWS throttles, fails and loses answers, and workers are killed.

All of them end, and no money is lost or made. `make faults` sends many more payments, also through
each fault profile alone (FAULTS_PAYMENTS).
"""

from __future__ import annotations

import os
import random
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

from infra.local.stack import Settings
from infra.template.functions import FUNCTIONS
from tests.running.faults import PROFILES, FaultProxy, fault_proxy
from tests.running.stack import RunningStack
from tests.running.waiting import until

pytestmark = pytest.mark.xdist_group("faults")

PAYMENTS: Final = int(os.environ.get("FAULTS_PAYMENTS", "20"))
IN_FULL: Final = "FAULTS_PAYMENTS" in os.environ
AMOUNT: Final = 10
SEED: Final = 11
ATTEMPTS_MAX: Final = 40  # of a request that the API answers 5xx
PROBABILITY: Final = 0.06  # of each profile, per call
ALONE: Final = 0.2
FAULTS_MAX_S: Final = 6.0  # after the last payment was sent
KILL_EVERY_S: Final = 1.0
# By every payment. A queue or the secret is seldom asked for.
ALWAYS_CALLED: Final = {"dynamodb", "events"}
PAYEES: Final = ("coffee-shop-42", "book-shop-7", "payee_decline_do_not_honor", "payee_answer_lost")


@pytest.fixture(scope="module")
def failing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningStack, FaultProxy]]:
    """A stack whose functions reach AWS through the proxy; its callers send 5xx again."""
    settings = Settings(expiry_s=10, redeliver_s=2)
    directory = tmp_path_factory.mktemp("stack")
    with RunningStack(directory, settings) as stack, fault_proxy(stack) as proxy:
        stack.attempts_max = ATTEMPTS_MAX
        yield stack, proxy


@contextmanager
def killing_workers(stack: RunningStack) -> Iterator[list[int]]:
    """Kill workers meanwhile, in the middle of what they do; the list holds how many."""
    over, killed = threading.Event(), [0]
    chosen = random.Random(SEED)

    def kill() -> None:
        while not over.wait(KILL_EVERY_S):
            killed[0] += stack.kill_workers(chosen.choice(FUNCTIONS).name)

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        yield killed
    finally:
        over.set()
        killer.join()


def payees() -> list[str]:
    chosen = random.Random(SEED)
    return [chosen.choice(PAYEES) for _ in range(PAYMENTS)]


def wait_out(stack: RunningStack, proxy: FaultProxy, payment_ids: list[str]) -> None:
    """Cause faults while payments are on their way, for some seconds at most."""
    over_s = time.monotonic() + FAULTS_MAX_S
    while time.monotonic() < over_s and stack.alice.pending(payment_ids):
        time.sleep(0.5)
    proxy.clear()


def settle(stack: RunningStack) -> None:
    """Redrive what was parked, until nothing is on its way and nothing is parked."""

    def look() -> int:
        redriven = stack.operator.redrive_all()
        stack.queues.await_quiet()
        return redriven

    until("empty list of failed events", look, lambda redriven: redriven == 0)


def assert_all_ended_and_money_is_conserved(
    stack: RunningStack, currency: str, funds: int, payment_ids: list[str]
) -> None:
    ends = stack.alice.ends_of(payment_ids, meanwhile=stack.operator.redrive_all)
    settle(stack)

    assert len(set(payment_ids)) == PAYMENTS == ends.total()
    assert ends["completed"] > 0
    assert stack.alice.wallet(currency) == (funds - AMOUNT * ends["completed"], 0)
    assert (
        sum(stack.simulator.charges(payment_id) for payment_id in payment_ids) == ends["completed"]
    )
    assert not stack.simulator.totals()["charged_twice"]
    for payment_id in payment_ids:
        charged = stack.alice.payment(payment_id)["status"] == "completed"
        assert stack.simulator.charges(payment_id) == int(charged), payment_id


def report(capsys: pytest.CaptureFixture[str], faults: str, met: int) -> None:
    """Print the row of the table in docs/reliability.md, once all of it has been asserted."""
    if IN_FULL:
        with capsys.disabled():
            sys.stdout.write(f"\n| {faults} | {PAYMENTS} | {met} | {PAYMENTS} | 0 | 0 |\n")


def test_every_kind_of_fault_at_once_and_killed_workers_lose_no_payment(
    failing: tuple[RunningStack, FaultProxy], capsys: pytest.CaptureFixture[str]
) -> None:
    stack, proxy = failing
    funds = AMOUNT * PAYMENTS
    stack.alice.fund(funds, "EUR")

    proxy.inject(PROFILES, PROBABILITY)
    with killing_workers(stack) as killed:
        payment_ids = stack.alice.pay_all(payees(), AMOUNT, "EUR")
        wait_out(stack, proxy, payment_ids)

    met = proxy.fired()

    assert killed[0] > 0
    assert {kind for kind, _ in met} == set(PROFILES)
    assert met.total() >= PAYMENTS / 2, met
    assert_all_ended_and_money_is_conserved(stack, "EUR", funds, payment_ids)
    report(capsys, "all four, and killed workers", met.total())


@pytest.mark.skipif(not IN_FULL, reason="make faults sends many payments through each fault alone")
@pytest.mark.parametrize(
    ("kind", "currency"), list(zip(PROFILES, ("USD", "GBP", "CHF", "SEK"), strict=True))
)
def test_one_kind_of_fault_loses_no_payment(
    failing: tuple[RunningStack, FaultProxy],
    kind: str,
    currency: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    stack, proxy = failing
    funds = AMOUNT * PAYMENTS
    stack.alice.fund(funds, currency)

    before = proxy.fired()
    proxy.inject([kind], ALONE)
    payment_ids = stack.alice.pay_all(payees(), AMOUNT, currency)
    wait_out(stack, proxy, payment_ids)

    met = proxy.fired() - before

    assert {one for one, _ in met} == {kind}
    assert {service for _, service in met} >= ALWAYS_CALLED
    assert met.total() >= PAYMENTS, met
    assert_all_ended_and_money_is_conserved(stack, currency, funds, payment_ids)
    report(capsys, kind, met.total())
