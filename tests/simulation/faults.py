"""Faults: which are possible at a place, and a plan of those that happen.

A place is a site (who calls what on which resource) and how often it was reached. A plan has random
streams of its own, so that a failing run keeps its faults as a list, which can be reduced.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Final, Protocol

from tests.simulation.streams import Streams

FOCUSED: Final = 15.0
FAULTS_MAX: Final = 600  # in one world; duplicates of duplicates would never end
RATE_MAX: Final = 0.8  # something must get through

# Around one call of AWS.
BEFORE: Final = ("throttle", "unreachable", "crash-before", "slow")
AFTER: Final = ("lost", "late", "retried", "crash-after")
CALL: Final[Mapping[str, tuple[str, ...]]] = {
    "GetItem": ("throttle", "unreachable", "crash-before", "crash-after", "slow", "stale"),
    "BatchGetItem": (
        *("throttle", "unreachable", "crash-before", "crash-after", "slow", "stale"),
        "partial",
    ),
    "Query": ("throttle", "unreachable", "crash-before", "crash-after", "slow", "stale"),
    "PutItem": (*BEFORE, *AFTER),
    "UpdateItem": (*BEFORE, *AFTER),
    "TransactWriteItems": (*BEFORE, *AFTER),
    "SendMessage": (*BEFORE, *AFTER),
    "ChangeMessageVisibility": (*BEFORE, *AFTER),
    "PutEvents": (*BEFORE, *AFTER, "partial"),
    "GetSecretValue": ("throttle", "unreachable", "crash-before", "crash-after", "slow"),
}
# The only table with transactions, so the only one where they conflict.
CONTENDED: Final = "wallets"
CONFLICT: Final = ("conflict",)
CONFLICTS: Final = ("PutItem", "UpdateItem", "TransactWriteItems")
GATEWAY: Final = (
    *("refused", "unauthorized", "too-many", "down", "crash-before"),
    *("lost", "late", "broken", "garbage", "slow", "crash-after"),
)
# Around everything else: invocations, queues, the bus, streams, clocks.
START: Final = ("crash-start", "skew")
END: Final = ("crash-end",)
DELIVERY: Final = ("duplicate", "delay", "undeliverable")
RECEIVE: Final = ("duplicate", "undeleted")
STREAM: Final = ("stall",)


@cache
def around_call(operation: str, target: str) -> tuple[str, ...]:
    """Return the faults that are possible around one call of AWS."""
    contended = operation in CONFLICTS and target == CONTENDED
    return CALL[operation] + (CONFLICT if contended else ())


@dataclass(frozen=True, slots=True)
class Fault:
    """When `site` is reached for the `nth` time, `kind` happens; `size` in [0, 1) is its extent."""

    site: str
    nth: int
    kind: str
    size: float

    def __str__(self) -> str:
        return f"{self.site} #{self.nth}: {self.kind} {self.size:.4f}"


WRITTEN: Final = re.compile(r"(?P<site>.+) #(?P<nth>\d+): (?P<kind>[a-z-]+) (?P<size>[0-9.]+)")


def fault(line: str) -> Fault:
    """Return a fault from its printed form. Raises ValueError."""
    found = WRITTEN.fullmatch(line.strip())
    if found is None:
        raise ValueError(f"{line!r} is no fault. Write it as: <site> #<nth>: <kind> <size>")
    return Fault(found["site"], int(found["nth"]), found["kind"], float(found["size"]))


class Plan(Protocol):
    """Decides what happens at a place, and records it."""

    happened: list[Fault]
    active: bool
    kinds: dict[str, Sequence[str]]  # possible at each reached site

    def at(self, site: str, kinds: Sequence[str]) -> Fault | None:
        """Return the fault that happens here this time, if any."""
        ...


class Listed:
    """Exactly the faults of a list."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self._faults = {(f.site, f.nth): f for f in faults}
        self.reached: Counter[str] = Counter()
        self.happened: list[Fault] = []
        self.active = True
        self.kinds: dict[str, Sequence[str]] = {}

    def at(self, site: str, kinds: Sequence[str]) -> Fault | None:
        if not self.active:
            return None
        self.reached[site] += 1
        self.kinds[site] = kinds
        found = self._faults.get((site, self.reached[site]))
        if found is None or found.kind not in kinds:
            return None
        self.happened.append(found)
        return found


@dataclass(frozen=True, slots=True)
class FaultProfile:
    """The probability of each kind of fault at each place of a world.

    Sites with `focus` in their name fail far more often, so that one part is down for long; `only`
    (empty: all) are the possible kinds, so that one kind can happen again and again.
    """

    rate: float = 0.0
    focus: str = ""
    only: frozenset[str] = frozenset()


class Drawn:
    """Random faults of a profile, and `also`, when its site is reached for the first time."""

    def __init__(self, streams: Streams, profile: FaultProfile, also: Fault | None = None) -> None:
        self._streams, self._profile, self._also = streams, profile, also
        self.reached: Counter[str] = Counter()
        self._here: dict[str, tuple[Random, float, Sequence[str]]] = {}
        self.happened: list[Fault] = []
        self.active = True
        self.kinds: dict[str, Sequence[str]] = {}

    def at(self, site: str, kinds: Sequence[str]) -> Fault | None:
        if not self.active or len(self.happened) >= FAULTS_MAX:
            return None
        self.reached[site] += 1
        here = self._here.get(site)
        if here is None:
            here = self._here[site] = self._odds(site, kinds)
            self.kinds[site] = kinds
            if self._also is not None and self._also.site == site:
                self.happened.append(self._also)
                return self._also
        random, rate, possible = here
        if random.random() >= rate:
            return None
        kind = possible[int(random.random() * len(possible))]
        size = min(round(random.random(), 4), 0.9999)
        drawn = Fault(site, self.reached[site], kind, size)
        self.happened.append(drawn)
        return drawn

    def _odds(self, site: str, kinds: Sequence[str]) -> tuple[Random, float, Sequence[str]]:
        profile = self._profile
        possible = [kind for kind in kinds if not profile.only or kind in profile.only]
        rate = profile.rate * len(possible)
        if profile.focus and profile.focus in site:
            rate *= FOCUSED
        return self._streams.of(site), min(rate, RATE_MAX), possible
