"""Payments through a real stack whose AWS throttles, breaks, cuts and loses answers, while workers
are killed: all of them end, and no money is lost or made.

`make faults` sends many more payments, through each kind of fault alone (FAULTS_PAYMENTS).
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

from infra.local.stack import LocalStack, Settings
from infra.template.functions import FUNCTIONS
from tests.faults.city import City
from tests.faults.storm import KINDS, Storm

pytestmark = pytest.mark.xdist_group("faults")

PAYMENTS: Final = int(os.environ.get("FAULTS_PAYMENTS", "20"))
IN_FULL: Final = "FAULTS_PAYMENTS" in os.environ
AMOUNT: Final = 10
SEED: Final = 11
PROBABILITY: Final = 0.06  # of each kind, per call
ALONE: Final = 0.2
STORM_MAX_S: Final = 6.0  # after the last payment was sent
KILL_EVERY_S: Final = 1.0
# By every payment. A queue or the secret is seldom asked for.
ALWAYS_CALLED: Final = {"dynamodb", "events"}
PAYEES: Final = ("coffee-shop-42", "book-shop-7", "payee_decline_do_not_honor", "payee_answer_lost")


@pytest.fixture(scope="module")
def weather(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[City, Storm]]:
    settings = Settings(expiry_s=10, redeliver_s=2)
    with LocalStack(tmp_path_factory.mktemp("stack"), settings) as stack:
        storm = Storm(stack)
        try:
            storm.begin()
            stack.warm_up()
            yield City(stack), storm
        finally:
            storm.end()


@contextmanager
def killing_workers(city: City) -> Iterator[list[int]]:
    """Meanwhile workers are killed in the middle of what they do; the list grows by how many."""
    over, killed = threading.Event(), [0]
    chosen = random.Random(SEED)

    def kill() -> None:
        while not over.wait(KILL_EVERY_S):
            killed[0] += city.stack.kill_workers(chosen.choice(FUNCTIONS).name)

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


def wait_out(city: City, storm: Storm, payment_ids: list[str]) -> None:
    """Let the storm blow while payments are on their way, but not for ever; then calm it."""
    over_s = time.monotonic() + STORM_MAX_S
    while time.monotonic() < over_s and city.pending("alice", payment_ids):
        time.sleep(0.5)
    storm.calm()


def assert_all_ended_and_money_is_conserved(
    city: City, currency: str, funds: int, payment_ids: list[str]
) -> None:
    ends = city.ends_of("alice", payment_ids)
    city.settle()

    assert len(set(payment_ids)) == PAYMENTS == ends.total()
    assert ends["completed"] > 0
    assert city.wallet("alice", currency) == (funds - AMOUNT * ends["completed"], 0)
    assert sum(city.charges(payment_id) for payment_id in payment_ids) == ends["completed"]
    assert not city.charged_twice()
    for payment_id in payment_ids:
        charged = city.payment("alice", payment_id)["status"] == "completed"
        assert city.charges(payment_id) == int(charged), payment_id


def report(capsys: pytest.CaptureFixture[str], faults: str, met: int) -> None:
    """A row of the table in docs/reliability.md, when what it says has been asserted."""
    if IN_FULL:
        with capsys.disabled():
            sys.stdout.write(f"\n| {faults} | {PAYMENTS} | {met} | {PAYMENTS} | 0 | 0 |\n")


def test_every_kind_of_fault_at_once_and_killed_workers_lose_no_payment(
    weather: tuple[City, Storm], capsys: pytest.CaptureFixture[str]
) -> None:
    city, storm = weather
    funds = AMOUNT * PAYMENTS
    city.fund("alice", funds, "EUR")

    storm.blow(*(kind(PROBABILITY) for kind in KINDS.values()))
    with killing_workers(city) as killed:
        payment_ids = city.pay_all("alice", payees(), AMOUNT, "EUR")
        wait_out(city, storm, payment_ids)

    met = storm.fired()

    assert killed[0] > 0
    assert {kind for kind, _ in met} == set(KINDS)
    assert met.total() >= PAYMENTS / 2, met
    assert_all_ended_and_money_is_conserved(city, "EUR", funds, payment_ids)
    report(capsys, "all four, and killed workers", met.total())


@pytest.mark.skipif(not IN_FULL, reason="make faults sends many payments through each fault alone")
@pytest.mark.parametrize(
    ("kind", "currency"), list(zip(KINDS, ("USD", "GBP", "CHF", "SEK"), strict=True))
)
def test_one_kind_of_fault_loses_no_payment(
    weather: tuple[City, Storm], kind: str, currency: str, capsys: pytest.CaptureFixture[str]
) -> None:
    city, storm = weather
    funds = AMOUNT * PAYMENTS
    city.fund("alice", funds, currency)

    before = storm.fired()
    storm.blow(KINDS[kind](ALONE))
    payment_ids = city.pay_all("alice", payees(), AMOUNT, currency)
    wait_out(city, storm, payment_ids)

    met = storm.fired() - before

    assert {one for one, _ in met} == {kind}
    assert {service for _, service in met} >= ALWAYS_CALLED
    assert met.total() >= PAYMENTS, met
    assert_all_ended_and_money_is_conserved(city, currency, funds, payment_ids)
    report(capsys, kind, met.total())
