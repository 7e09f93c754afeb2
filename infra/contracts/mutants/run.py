"""Run the mutants, all or a sample, and report which check noticed them and which survived."""

from __future__ import annotations

import os
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import cache
from pathlib import Path
from random import Random
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from infra.contracts.documents import ROOT, Documents, read
from infra.contracts.mutants.make import Mutant, mutants
from infra.contracts.mutants.notice import UNVERSIONED, noticed_by

Echo = Callable[[str], None]
CHUNK: Final = 25
SEED_DIGITS: Final = 6  # of a commit, as hexadecimal

# Mutants that do not change the contract, and why. A name without a mutant is an error.
EQUIVALENT: Final[dict[str, str]] = {}


@cache
def _contract() -> Documents:
    return read()


@cache
def _all() -> list[Mutant]:
    return mutants(_contract())


def _judge(numbers: Sequence[int]) -> list[tuple[int, str | None]]:
    contract = _contract()
    return [(n, noticed_by(_all()[n].of(contract), contract)) for n in numbers]


def judged(numbers: Sequence[int], jobs: int) -> Iterator[tuple[int, str | None]]:
    """Yield the number of each mutant and the check that noticed it, as they finish."""
    chunks = [numbers[start : start + CHUNK] for start in range(0, len(numbers), CHUNK)]
    if jobs == 1:
        for chunk in chunks:
            yield from _judge(chunk)
        return
    with ProcessPoolExecutor(jobs) as pool:
        for answers in pool.map(_judge, chunks):
            yield from answers


def chosen(sample: int | None, seed: int) -> list[int]:
    numbers = list(range(len(_all())))
    if sample is None or sample >= len(numbers):
        return numbers
    return sorted(Random(seed).sample(numbers, sample))  # noqa: S311 - a sample, not a secret


def seed_of(commit: str) -> int:
    """Return the seed of a commit: each has its own sample, the same on every machine."""
    return int(commit[:SEED_DIGITS] or "0", 16)


def commit(folder: Path = ROOT) -> str:
    """Return the commit that is checked out; empty without git."""
    try:
        done = subprocess.run(
            ["git", "rev-parse", "HEAD"], cwd=folder, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return ""
    return done.stdout.strip()


def report(sample: int | None, seed: int | None, jobs: int | None, echo: Echo) -> int:
    """Run the mutants and return 1 when one survives that is not known to be equivalent."""
    started = time.monotonic()
    if sample is not None:
        seed = seed_of(commit()) if seed is None else seed
        echo(f"repeat this sample: make mutants ARGS='--sample {sample} --seed {seed}'")
    numbers = chosen(sample, seed or 0)
    noticed: Counter[str] = Counter()
    survivors: list[Mutant] = []
    for number, by in _with_progress(judged(numbers, jobs or os.cpu_count() or 1), len(numbers)):
        if by is None:
            survivors.append(_all()[number])
        else:
            noticed[by] += 1
    _print_counts(len(numbers), noticed, echo)
    alive = list(_alive(survivors, echo))
    stale = EQUIVALENT.keys() - {mutant.name for mutant in _all()}
    for name in sorted(stale):
        echo(f"error: {name} is listed as equivalent, but no such mutant exists")
    echo(f"{time.monotonic() - started:.0f} s for {len(numbers)} of {len(_all())} mutants")
    return 1 if alive or stale else 0


def _print_counts(total: int, noticed: Counter[str], echo: Echo) -> None:
    for by, times in noticed.most_common():
        echo(f"{times:6} {by}")
    everything = sum(noticed.values())
    echo(f"noticed: {_share(everything, total)}")
    alone = everything - noticed[UNVERSIONED]
    echo(f"noticed by the generator, rules and breaking changes alone: {_share(alone, total)}")


def _share(part: int, whole: int) -> str:
    return f"{100 * part / max(whole, 1):.1f} % ({part} of {whole})"


def _alive(survivors: Sequence[Mutant], echo: Echo) -> Iterator[Mutant]:
    for mutant in survivors:
        why = EQUIVALENT.get(mutant.name)
        echo(f"survived: {mutant.place()} {mutant.name}" + (f" (equivalent: {why})" if why else ""))
        if why is None:
            yield mutant


def _with_progress(
    answers: Iterator[tuple[int, str | None]], total: int
) -> Iterator[tuple[int, str | None]]:
    columns = (TextColumn("mutants"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("mutants", total=total)
        for answer in answers:
            progress.advance(task)
            yield answer
