"""Payments through the local stack, and through a pipeline of the same shape that does nothing.

Both run beside each other and take turns, so that what else the machine does slows both.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from generated.catalogue import SERVICES
from infra.local.stack import PREFIX, Settings
from infra.package.archive import write_tree
from infra.package.build import Package
from infra.package.sources import module_name
from infra.template.functions import FUNCTIONS
from tests.performance.starts.bundles import partner
from tests.running.stack import RunningStack

CLIENTS: Final = 4
TIMEOUT_S: Final = 120.0
POLL_S: Final = 0.02
CURRENCIES: Final = ("USD", "EUR", "GBP", "CHF")
FUNDS: Final = 1_000_000
ROLES: Final = {"api": "api", "consumer": "consumer", "stream": "stream"}


@dataclass(frozen=True, slots=True)
class Flow:
    """One turn: payments per second from the first request to the last end, and each latency."""

    per_second: float
    latencies_s: tuple[float, ...]


class NoopStack(RunningStack):
    """The same template with packages that do nothing."""

    def _deploy(self, packages: Sequence[Package]) -> None:
        RunningStack._deploy(self, noop_packages(self.home.directory / "noop"))


def noop_packages(directory: Path) -> list[Package]:
    made = []
    for service in SERVICES:
        tree = directory / service
        home = tree / "handlers" / module_name(service)
        home.mkdir(parents=True, exist_ok=True)
        (tree / "noop.py").write_bytes(partner("noop").read_bytes())
        for function in FUNCTIONS:
            if function.service == service:
                text = f"from noop import {ROLES[function.role]} as handler\n"
                (home / f"{function.role}.py").write_text(text)
        archive = directory / f"{service}-noop.zip"
        write_tree(tree, archive)
        made.append(Package(service, archive))
    return made


def turns(
    directory: Path, payments: int, rounds: int, done: Callable[[], None]
) -> list[list[Flow]]:
    """Return, for each round, the flow of ours and of the one that does nothing."""
    settings = Settings(expiry_s=900)
    with ExitStack() as running:
        ours = running.enter_context(RunningStack(directory / "ours", settings))
        noop = running.enter_context(NoopStack(directory / "noop", settings))
        _fund(ours)
        for stack in (ours, noop):
            stack.warm_up()
            _flow(stack, CLIENTS * 2)  # the first ones find cold workers
            done()
        found = []
        for number in range(rounds):
            order = (ours, noop) if number % 2 == 0 else (noop, ours)
            flows = {id(stack): _flow(stack, payments) for stack in order}
            found.append([flows[id(ours)], flows[id(noop)]])
            done()
    return found


def ratios(found: Sequence[Sequence[Flow]]) -> tuple[float, float]:
    """Return ours as a part of the limit: throughput, and latency (inverted, so that 1 is best)."""
    throughput = median(ours.per_second / noop.per_second for ours, noop in found)
    latency = median(median(noop.latencies_s) / median(ours.latencies_s) for ours, noop in found)
    return throughput, latency


def _fund(stack: RunningStack) -> None:
    for customer in (stack.alice, stack.bob):
        for currency in CURRENCIES:
            customer.fund(FUNDS, currency)


def _flow(stack: RunningStack, payments: int) -> Flow:
    began_s = time.perf_counter()
    with ThreadPoolExecutor(CLIENTS) as clients:
        accepted = dict(clients.map(lambda number: _pay(stack, number), range(payments)))
        ended = _ends(stack, set(accepted))
    latencies = tuple(ended[payment_id] - accepted[payment_id] for payment_id in accepted)
    return Flow(payments / (max(ended.values()) - began_s), latencies)


def _pay(stack: RunningStack, number: int) -> tuple[str, float]:
    customer = stack.bob if number % 2 else stack.alice
    payment_id = customer.pay(100, CURRENCIES[number // 2 % len(CURRENCIES)])
    return payment_id, time.perf_counter()


def _ends(stack: RunningStack, waiting: set[str]) -> dict[str, float]:
    """Return when each payment was seen to be completed. Raises TimeoutError."""
    table = stack.client("dynamodb")
    ended: dict[str, float] = {}
    deadline_s = time.perf_counter() + TIMEOUT_S
    while waiting - ended.keys():
        for item in table.scan(TableName=f"{PREFIX}-payments", ConsistentRead=True)["Items"]:
            payment_id = item["payment_id"]["S"]
            if item["status"]["S"] == "completed" and payment_id in waiting:
                ended.setdefault(payment_id, time.perf_counter())
        if time.perf_counter() > deadline_s:
            raise TimeoutError(f"{len(waiting - ended.keys())} payments did not end")
        time.sleep(POLL_S)
    return ended
