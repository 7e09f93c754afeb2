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
CHUNK: Final = 25  # worlds that a process takes at a time


@dataclass(frozen=True, slots=True)
class Run:
    """The world of a seed; `also`: with one more fault, where its site is reached first."""

    seed: int
    also: Fault | None = None

    def __str__(self) -> str:
        return f"seed {self.seed}" + (f" and {self.also}" if self.also else "")

    @property
    def replay(self) -> str:
        also = f""" ARGS='--also "{self.also}"'""" if self.also else ""
        return f"make simulate SEED={self.seed}{also}"


@dataclass(slots=True)
class Summary:
    worlds: int = 0
    payments: int = 0
    ends: Counter[str] = field(default_factory=Counter)
    calls: Counter[str] = field(default_factory=Counter)
    faults: Counter[tuple[str, str]] = field(default_factory=Counter)  # by site and kind
    # by site: the first seed that reached it, and what can go wrong there
    reached: dict[str, tuple[int, Sequence[str]]] = field(default_factory=dict)
    failed: list[tuple[Run, str]] = field(default_factory=list)
    seconds: float = 0.0

    def add(self, run: Run, outcome: Outcome) -> None:
        self.worlds += 1
        self.payments += outcome.payments
        self.ends += outcome.ends
        self.calls += outcome.calls
        self.faults.update((f.site, f.kind) for f in outcome.faults)
        for site, kinds in outcome.kinds.items():
            self._reach(site, run.seed, kinds)
        if outcome.problems:
            self.failed.append((run, outcome.problems[0]))

    def merge(self, other: Summary) -> None:
        self.worlds += other.worlds
        self.payments += other.payments
        self.ends += other.ends
        self.calls += other.calls
        self.faults += other.faults
        for site, (seed, kinds) in other.reached.items():
            self._reach(site, seed, kinds)
        self.failed += other.failed

    def _reach(self, site: str, seed: int, kinds: Sequence[str]) -> None:
        before, _ = self.reached.get(site, (seed, kinds))
        self.reached[site] = (min(before, seed), kinds)

    def unmet(self) -> list[Run]:
        """Return a run for each kind of fault that did not happen at a site where it can."""
        return [
            Run(seed, Fault(site, 1, kind, 0.5))
            for site, (seed, kinds) in sorted(self.reached.items())
            for kind in kinds
            if (site, kind) not in self.faults
        ]

    def __str__(self) -> str:
        kinds: Counter[str] = Counter()
        sites: dict[str, Counter[str]] = {}
        for (site, kind), times in self.faults.items():
            kinds[kind] += times
            sites.setdefault(site, Counter())[kind] += times
        possible = sum(len(kinds) for _, kinds in self.reached.values())
        lines = [
            f"{self.worlds} worlds, {self.payments} payments ({_counted(self.ends)}), "
            f"{sum(self.calls.values())} calls, {sum(kinds.values())} faults, "
            f"{self.seconds:.0f} s, {len(self.failed)} failed",
            f"{len(self.faults)} of {possible} kinds of fault at {len(self.reached)} sites",
            f"faults by kind: {_counted(kinds)}",
            "faults by site:",
            *(f"  {site}: {_counted(sites[site])}" for site in sorted(sites)),
        ]
        return "\n".join(lines)


def _counted(counter: Counter[str]) -> str:
    return ", ".join(f"{name} {times}" for name, times in counter.most_common())


def run(runs: Iterable[Run]) -> Summary:
    """Run worlds in this process."""
    summary = Summary()
    for one in runs:
        summary.add(one, simulate(one.seed, also=one.also))
    return summary


def campaign(seeds: range, *, processes: int, report: Callable[[Summary, int], None]) -> Summary:
    """Run worlds in several processes; `report` receives the progress and the number of worlds.

    Faults that no seed drew are requested afterwards, so that every kind of fault happens at every
    site that any seed reached.
    """
    began = time.monotonic()
    total = Summary()
    with multiprocessing.get_context("spawn").Pool(processes) as pool:

        def play(runs: Sequence[Run]) -> None:
            worlds = total.worlds + len(runs)
            chunks = [runs[start : start + CHUNK] for start in range(0, len(runs), CHUNK)]
            for part in pool.imap_unordered(run, chunks):
                total.merge(part)
                total.seconds = time.monotonic() - began
                report(total, worlds)

        play([Run(seed) for seed in seeds])
        play(total.unmet())
    return total


def report(run: Run) -> str:
    """Return seed, commit, the broken promise, and the faults that it takes."""
    seed = run.seed
    outcome = simulate(seed, also=run.also)
    if not outcome.problems:
        return f"{run}: all promises kept ({outcome.payments} payments)"
    faults = shrunken(outcome.faults, lambda some: bool(simulate(seed, some).problems))
    left = simulate(seed, faults)
    lines = [
        f"{run}, commit {commit()}: {outcome.problems[0]}",
        f"with {len(faults)} of its {len(outcome.faults)} faults: {left.problems[0]}",
        f"replay: {run.replay}",
        f"keep it: add these lines to tests/simulation/{KEPT.name}",
        kept(seed, faults),
        "",
    ]
    return "\n".join(lines)


def kept(seed: int, faults: Sequence[Fault]) -> str:
    """Return the lines of kept_seeds.txt for a seed and the faults that it takes."""
    return "\n".join((f"seed {seed}", *(f"  {one}" for one in faults)))


def replayed(seed: int, lines: Sequence[str]) -> Outcome:
    """Run a seed with exactly the faults that a report lists."""
    return simulate(seed, [fault(line) for line in lines if line.strip()])


def commit() -> str:
    found = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], capture_output=True, text=True, check=False
    )
    return found.stdout.strip() or "unknown"


def kept_seeds(text: str) -> Iterator[tuple[int, list[Fault]]]:
    """Yield seeds that once failed, with the faults that they took (none: their own)."""
    seed: int | None = None
    faults: list[Fault] = []
    for line in text.splitlines():
        written = line.partition("//")[0].rstrip()
        if written.startswith("seed "):
            if seed is not None:
                yield seed, faults
            seed, faults = int(written.removeprefix("seed ")), []
        elif written.strip():
            faults.append(fault(written))
    if seed is not None:
        yield seed, faults
