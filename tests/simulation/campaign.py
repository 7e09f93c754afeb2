"""Many worlds on several processes, with progress, a summary, and a report of each failure."""

from __future__ import annotations

import multiprocessing
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from tests.simulation.faults import Fault, fault
from tests.simulation.shrink import shrunken
from tests.simulation.world import Outcome, simulate

KEPT: Final = Path(__file__).with_name("kept_seeds.txt")
SITES_SHOWN_MAX: Final = 60


@dataclass(slots=True)
class Summary:
    worlds: int = 0
    payments: int = 0
    statuses: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)  # by site and kind
    failed: list[tuple[int, str]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, outcome: Outcome) -> None:
        self.worlds += 1
        self.payments += outcome.payments
        self.statuses += outcome.statuses
        self.calls += outcome.calls
        self.faults.update((f.site, f.kind) for f in outcome.faults)
        if outcome.problems:
            self.failed.append((outcome.seed, outcome.problems[0]))

    def merge(self, other: Summary) -> None:
        self.worlds += other.worlds
        self.payments += other.payments
        self.statuses += other.statuses
        self.calls += other.calls
        self.faults += other.faults
        self.failed += other.failed

    def __str__(self) -> str:
        kinds: Counter[str] = Counter()
        sites: dict[str, Counter[str]] = {}
        for (site, kind), times in self.faults.items():
            kinds[kind] += times
            sites.setdefault(site, Counter())[kind] += times
        lines = [
            f"{self.worlds} worlds, {self.payments} payments ({_counted(self.statuses)}), "
            f"{sum(self.calls.values())} calls, {sum(kinds.values())} faults, "
            f"{self.seconds:.0f} s, {len(self.failed)} failed",
            f"faults by kind: {_counted(kinds)}",
            "faults by site:",
            *(f"  {site}: {_counted(sites[site])}" for site in sorted(sites)),
        ]
        return "\n".join(lines)


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in counter.most_common())


def run(seeds: Iterable[int]) -> Summary:
    """In this process."""
    summary = Summary()
    for seed in seeds:
        summary.add(simulate(seed))
    return summary


def campaign(seeds: range, *, processes: int, told: Callable[[Summary, int], None]) -> Summary:
    """On several processes; `told` hears how far it is."""
    began = time.monotonic()
    total = Summary()
    step = 25
    chunks = [seeds[start : start + step] for start in range(0, len(seeds), step)]
    with multiprocessing.get_context("spawn").Pool(processes) as pool:
        for part in pool.imap_unordered(run, chunks):
            total.merge(part)
            total.seconds = time.monotonic() - began
            told(total, len(seeds))
    return total


def report(seed: int) -> str:
    """Seed, commit, what was broken, and the faults that it takes."""
    outcome = simulate(seed)
    if not outcome.problems:
        return f"seed {seed}: all promises kept ({outcome.payments} payments)"
    faults = shrunken(outcome.faults, lambda some: bool(simulate(seed, some).problems))
    left = simulate(seed, faults)
    lines = [
        f"seed {seed}, commit {commit()}: {outcome.problems[0]}",
        f"with {len(faults)} of its {len(outcome.faults)} faults: {left.problems[0]}",
        *(f"  {one}" for one in faults),
        f"replay: make simulate SEED={seed}",
    ]
    return "\n".join(lines)


def replayed(seed: int, lines: Sequence[str]) -> Outcome:
    """A seed with exactly the faults that a report lists."""
    return simulate(seed, [fault(line) for line in lines if line.strip()])


def commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def kept_seeds() -> Iterator[tuple[int, list[Fault]]]:
    """Seeds that once failed, with the faults that they took (none: their own)."""
    seed: int | None = None
    faults: list[Fault] = []
    for line in KEPT.read_text().splitlines():
        text = line.partition("//")[0].rstrip()
        if text.startswith("seed "):
            if seed is not None:
                yield seed, faults
            seed, faults = int(text.removeprefix("seed ")), []
        elif text.strip():
            faults.append(fault(text))
    if seed is not None:
        yield seed, faults
