"""Every path that a payment can take, with every fault at every boundary, alone and in pairs.

A path is a story and the faults that lead to it. It runs once to find the places that it reaches,
then once per place and kind of fault; for pairs, also with every place that each of those reaches.
"""

from __future__ import annotations

import json
import multiprocessing
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from handlers.core.identity import derived, event_id
from handlers.gateway_processor.charge import EXPIRED_REASON
from tests.simulation.call_sites import Trace
from tests.simulation.cloud.stack import EXPIRY_S
from tests.simulation.faults import Fault, Listed
from tests.simulation.stories import Deposit, Payment, Poison, Story, body
from tests.simulation.world import Outcome, World

SIZES: Final = {
    "garbage": tuple((n + 0.5) / 8 for n in range(8)),
    "throttle": (0.1, 0.5, 0.9),
    "partial": (0.0, 0.6),
    "late": (0.02, 0.5),
    "slow": (0.1, 0.9),
    "skew": (0.0, 0.9999),
    "delay": (0.1, 0.95),
    "stall": (0.1, 0.95),
}
# The faults that pairs consist of: those that lose something at a boundary; on request, more.
BOUNDARY: Final = frozenset({"crash-before", "crash-after", "lost"})
MORE: Final = BOUNDARY | {"late", "crash-end", "duplicate", "undeliverable", "undeleted", "broken"}


@dataclass(frozen=True, slots=True)
class Path:
    """`base`: the faults that lead to it. `alone`: with any one more, it needs no operator."""

    name: str
    story: Story
    base: tuple[Fault, ...] = ()
    alone: bool = True
    end: str = "completed"


class Recording(Listed):
    """The faults of a list; it records every place that was reached."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__(faults)
        self.places: list[tuple[str, int, Sequence[str]]] = []

    def at(self, site: str, kinds: Sequence[str]) -> Fault | None:
        found = super().at(site, kinds)
        if self.active:
            self.places.append((site, self.reached[site], kinds))
        return found


def _story(
    *,
    payee: str = "coffee-shop-42",
    deposit: int = 1000,
    poison: tuple[Poison, ...] = (),
    reviews: tuple[float, ...] = (),
    reads: bool = False,
) -> Story:
    deposits = (Deposit(0.0, "user-0", "USD", deposit, "d0"),) if deposit else ()
    return Story(
        deposits=deposits,
        payments=(Payment(5.0, "user-0", "key-0", body(700, "USD", payee)),),
        poison=poison,
        reads=((30.0, "user-0"),) if reads else (),
        reviews=reviews,
        faults_end_s=3.0 * EXPIRY_S,
    )


def times(site: str, kind: str, count: int, size: float = 0.5) -> tuple[Fault, ...]:
    return tuple(Fault(site, nth, kind, size) for nth in range(1, count + 1))


GATEWAY: Final = "gateway-processor-consumer"
DEDUCTED: Final = "payment-orchestrator--wallet-funds_deducted"
APPROVED: Final = "wallet-service--gateway-payment_approved"
INITIATED: Final = "wallet-service--payment-initiated"
COLLECTED: Final = "metrics-collector--events"
# A message with the id of an event of the payment, and nothing else of it.
SAME_ID: Final = json.dumps(
    {"id": event_id("wallet.funds_deducted", derived("pay", "user-0", "key-0"))}
)
EXPIRED: Final = f"failed: {EXPIRED_REASON}"
PATHS: Final = (
    Path("approved", _story()),
    Path("approved, while its user reads it", _story(reads=True)),
    Path("declined", _story(payee="decline.do_not_honor"), end="failed: do_not_honor"),
    Path("refused for its funds", _story(deposit=100), end="failed: insufficient_funds"),
    Path("refused without a wallet", _story(deposit=0), end="failed: wallet_not_found"),
    Path(
        "redelivered after a throttle",
        _story(),
        times("wallet-service-consumer TransactWriteItems wallets", "throttle", 1, 0.9),
    ),
    Path(
        "contended until its message goes back to the queue",
        _story(),
        times("wallet-service-consumer TransactWriteItems wallets", "conflict", 10),
    ),
    Path(
        "expired unclaimed",
        _story(),
        times("rule gateway-processor--wallet-funds_reserved", "delay", 1, 0.99),
        end=EXPIRED,
    ),
    Path(
        "its expiry comes before its end, and before its charge",
        _story(),
        times("rule gateway-processor--wallet-funds_reserved-at-expiry", "undeliverable", 1)
        + times("rule gateway-processor--wallet-funds_reserved", "delay", 1, 0.5),
    ),
    Path("charged, answer lost", _story(), times(f"{GATEWAY} charge gateway", "lost", 1)),
    Path(
        "claimed, then no answer until its key is cancelled",
        _story(),
        times(f"{GATEWAY} charge gateway", "crash-before", 1)
        + times(f"{GATEWAY} inquire gateway", "crash-before", 9),
        alone=False,
        end=EXPIRED,
    ),
    Path(
        "a request that arrives after its key is cancelled",
        _story(),
        times(f"{GATEWAY} charge gateway", "late", 1, 0.99)
        + times(f"{GATEWAY} inquire gateway", "crash-before", 9),
        alone=False,
        end=EXPIRED,
    ),
    Path(
        "charged without an answer, found at expiry",
        _story(),
        times(f"{GATEWAY} charge gateway", "crash-after", 1)
        + times(f"{GATEWAY} inquire gateway", "crash-before", 9),
        alone=False,
    ),
    Path(
        "published when the stream repeats its records",
        _story(),
        times("event-relay-stream PutEvents events", "partial", 8, 0.0),
    ),
    Path(
        "announced again after the deadline",
        _story(),
        times(f"rule {DEDUCTED}", "undeliverable", 1),
        alone=False,
    ),
    Path(
        "measured by an operator's redrive",
        _story(poison=(Poison(500.0, COLLECTED, SAME_ID),), reviews=(600.0, 1200.0)),
        times("metrics-collector-consumer start", "crash-start", 18)
        + times(f"error-handler-api SendMessage {COLLECTED}", "crash-before", 6),
    ),
    Path(
        "poison, redriven and discarded",
        _story(
            poison=(
                Poison(9.0, INITIATED, "no event"),
                Poison(9.0, "event-relay--outbox", "{}"),
                Poison(9.0, COLLECTED, "{}"),
            ),
            reviews=(300.0, 300.5, 900.0),
        ),
        times(f"rule {APPROVED}", "undeliverable", 1)
        + times(f"wallet-service-consumer SendMessage {INITIATED}-dlq", "unreachable", 1)
        + times("error-handler-consumer UpdateItem failed-events", "crash-after", 1)
        + tuple(
            Fault(f"{queue}-dlq receive", 1, "duplicate", 0.2)
            for queue in (APPROVED, INITIATED, "event-relay--outbox", COLLECTED)
        ),
        alone=False,
    ),
)


def run(path: Path, more: Sequence[Fault], trace: Trace | None = None) -> tuple[Outcome, Recording]:
    plan = Recording((*path.base, *more))
    world = World(1, plan)
    if trace is not None:
        world.calls.trace = world.line.trace = trace
    outcome = world.run(path.story)
    if not more and not outcome.problems and set(outcome.ends) != {path.end}:
        outcome.problems.append(f"it ended {dict(outcome.ends)}, not {path.end}")
    return outcome, plan


def singles(recorded: Recording, kinds: frozenset[str] | None = None) -> Iterator[Fault]:
    """Yield every fault at every place that was reached."""
    for site, nth, possible in recorded.places:
        for kind in possible:
            if kinds is None or kind in kinds:
                for size in SIZES.get(kind, (0.5,)):
                    yield Fault(site, nth, kind, size)


def singles_in_turn(recorded: Recording) -> Iterator[Fault]:
    """Yield every kind at every place in one of its sizes; the next place takes the next size."""
    turns: Counter[str] = Counter()
    for site, nth, possible in recorded.places:
        for kind in possible:
            sizes = SIZES.get(kind, (0.5,))
            yield Fault(site, nth, kind, sizes[turns[kind] % len(sizes)])
            turns[kind] += 1


def first_problem() -> str:
    """Return the first broken promise of the paths, also with one fault at the gateway or one
    message parked, after which a payment must end without an operator.
    """
    for path in PATHS:
        outcome, _ = run(path, ())
        if outcome.problems:
            return f"{path.name}: {outcome.problems[0]}"
    for path in PATHS[:1] + PATHS[2:4]:
        _, recorded = run(path, ())
        for one in singles(recorded):
            if one.kind != "undeliverable" and not one.site.endswith(" gateway"):
                continue
            outcome, _ = run(path, (one,))
            if outcome.problems or outcome.pending_alone:
                problem = [*outcome.problems, "it does not end without an operator"][0]
                return f"{path.name}, {one}: {problem}"
    return ""


@dataclass(slots=True)
class Swept:
    """The result of sweeping one path."""

    path: str
    places: int = 0
    runs: int = 0
    problems: list[str] | None = None

    def play(self, path: Path, faults: Sequence[Fault]) -> None:
        outcome, _ = run(path, faults)
        self.runs += 1
        if outcome.problems:
            self.failed(faults, outcome.problems[0])

    def failed(self, faults: Sequence[Fault], problem: str) -> None:
        self.problems = [*(self.problems or []), f"{', '.join(map(str, faults))}: {problem}"]

    def __str__(self) -> str:
        found = self.problems or ["all promises kept"]
        return f"{self.path}: {self.places} places, {self.runs} runs: " + "\n  ".join(found[:10])


def sweep_singles(
    path: Path,
    trace: Trace | None = None,
    faults: Callable[[Recording], Iterator[Fault]] = singles,
) -> Swept:
    """Run a path with every single fault, or with each of `faults`."""
    outcome, recorded = run(path, (), trace)
    swept = Swept(path.name, len(recorded.places), 1)
    if outcome.problems:
        swept.failed((), outcome.problems[0])
    for one in faults(recorded):
        outcome, _ = run(path, (one,), trace)
        swept.runs += 1
        if outcome.problems:
            swept.failed((one,), outcome.problems[0])
        elif path.alone and outcome.pending_alone:
            swept.failed((one,), "it does not end without an operator")
    return swept


def sweep_pairs(path: Path, kinds: frozenset[str] | None = BOUNDARY) -> Swept:
    """Run a path with every pair; the second fault is at a place that the first run reached."""
    _, recorded = run(path, ())
    swept = Swept(f"{path.name}, pairs", len(recorded.places))
    done: set[frozenset[Fault]] = set()
    for first in list(singles(recorded, kinds)):
        _, after = run(path, (first,))
        for second in singles(after, kinds):
            pair = frozenset((first, second))
            if (first.site, first.nth) == (second.site, second.nth) or pair in done:
                continue
            done.add(pair)
            swept.play(path, (first, second))
    return swept


def sample_pairs(path: Path, count: int) -> Swept:
    """Run a path with some pairs of all kinds, the same ones every time."""
    random = Random(f"pairs {path.name}")
    _, recorded = run(path, ())
    swept = Swept(f"{path.name}, some pairs", len(recorded.places))
    for first in random.sample(list(singles(recorded)), count):
        _, after = run(path, (first,))
        swept.play(path, (first, random.choice(list(singles(after)))))
    return swept


def sweeps(*, pairs: bool, processes: int) -> Iterator[Swept]:
    """Yield the sweeps of all paths as they end; the longest begin first."""
    order = sorted(range(len(PATHS)), key=lambda n: -len(run(PATHS[n], ())[1].places))
    jobs = [(n, of_pairs) for of_pairs in ((True, False) if pairs else (False,)) for n in order]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        yield from pool.imap_unordered(_sweep, jobs)


def _sweep(job: tuple[int, bool]) -> Swept:
    number, of_pairs = job
    path = PATHS[number]
    return sweep_pairs(path, MORE) if of_pairs else sweep_singles(path)
