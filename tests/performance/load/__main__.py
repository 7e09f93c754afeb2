"""`python -m tests.performance.load`: a sustained rate and a burst on a running stack.

Prints accept and completion latencies, draws docs/load.svg (with --chart), and exits with 1 when a
payment was lost, a request was answered 5xx, money is not conserved, or it took too long to drain.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from infra.local.stack import Settings
from tests.performance.load.arrivals import burst, sustained
from tests.performance.load.chart import chart
from tests.performance.load.figures import DRAIN_MAX_S, Figures, figures
from tests.performance.load.sending import Payer, send
from tests.running.callers import Customer
from tests.running.stack import RunningStack, running

ROOT: Final = Path(__file__).resolve().parents[3]
AMOUNT: Final = 1
SEED: Final = 3
EXPIRY_S: Final = 120
POLL_S: Final = 1.0
CURRENCIES: Final = ("AUD", "BRL", "CAD", "CHF", "EUR", "GBP", "SEK", "USD")
# The stage's own limit is not what is measured here.
UNLIMITED: Final = {"ApiRequestsPerSecond": "10000", "ApiRequestsBurst": "5000"}


def main() -> int:
    arguments = _arguments()
    settings = Settings(expiry_s=EXPIRY_S, workers_max=arguments.workers, parameters=UNLIMITED)
    with tempfile.TemporaryDirectory() as directory, running(Path(directory), settings) as stack:
        customers = (stack.alice, stack.bob)
        wallets = [(customer, currency) for currency in CURRENCIES for customer in customers]
        payers = [Payer(c.name, stack.token(c.name), currency) for c, currency in wallets]
        funds = AMOUNT * (arguments.burst + int(arguments.rate * arguments.seconds) * 2)
        for customer, currency in wallets:
            customer.fund(funds, currency)
        # The first payment of each payer is not counted.
        send(stack.base_url, payers, burst(len(payers)), AMOUNT)
        stack.queues.await_quiet()
        before = _posted(wallets)
        steady = f"Sustained, {arguments.rate:g} per second for {arguments.seconds:g} s"
        arrivals = sustained(arguments.rate, arguments.seconds, SEED)
        phases = [
            _phase(steady, stack, payers, arrivals),
            _phase(f"Burst of {arguments.burst}", stack, payers, burst(arguments.burst)),
        ]
        stack.queues.await_quiet()
        wrong = [violation for one in phases for violation in one.violations()]
        wrong += _discrepancies(stack, before - _posted(wallets), phases)
    return _report(phases, wrong, chart_too=arguments.chart)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.performance.load", description=__doc__)
    parser.add_argument("--rate", type=float, default=5.0, help="payments per second")
    parser.add_argument("--seconds", type=float, default=30.0)
    parser.add_argument("--burst", type=int, default=200)
    parser.add_argument("--workers", type=int, default=2, help="processes per function")
    parser.add_argument("--chart", action="store_true", help="write docs/load.svg")
    return parser.parse_args()


def _phase(name: str, stack: RunningStack, payers: list[Payer], arrivals: list[float]) -> Figures:
    """Send, then wait until all that was accepted has ended."""
    begin_s = time.monotonic()
    sent = send(stack.base_url, payers, arrivals, AMOUNT)
    accepted = {one.payment_id for one in sent if one.payment_id}
    # Seldom, so that looking slows nothing down; the table says when each of them ended.
    while accepted - (ends := stack.ends()).keys() and time.monotonic() < begin_s + 2 * DRAIN_MAX_S:
        time.sleep(POLL_S)
    drained_s = time.monotonic() - begin_s - arrivals[-1]
    return figures(name, sent, ends, drained_s)


def _posted(wallets: Iterable[tuple[Customer, str]]) -> int:
    return sum(sum(customer.wallet(currency)) for customer, currency in wallets)


def _discrepancies(stack: RunningStack, spent: int, phases: list[Figures]) -> list[str]:
    """Return what is wrong with the money, and how many events were parked."""
    completed = sum(one.ends.get("completed", 0) for one in phases)
    wrong = [] if spent == AMOUNT * completed else [f"spent {spent}, completed {completed}"]
    if twice := stack.simulator.totals()["charged_twice"]:
        wrong.append(f"charged twice: {twice}")
    parked = stack.operator.failed_events()
    return [*wrong, *([f"{len(parked)} events were parked"] if parked else [])]


def _report(phases: list[Figures], wrong: list[str], *, chart_too: bool) -> int:
    for line in [line for one in phases for line in one.lines()]:
        sys.stdout.write(f"{line}\n")
    if chart_too:
        (ROOT / "docs" / "load.svg").write_text(chart(phases))
        sys.stdout.write("drawn: docs/load.svg\n")
    for violation in wrong:
        sys.stdout.write(f"WRONG {violation}\n")
    sys.stdout.write("Nothing was lost.\n" if not wrong else "See above.\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
