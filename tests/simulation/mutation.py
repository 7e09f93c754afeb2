"""Plant a bug, import the handlers again, and look for a seed that finds it.

Each mutant runs in a process forked from one that has imported everything but the handlers.
"""

from __future__ import annotations

import ast
import importlib
import os
import pickle
import sys
import time
import traceback
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import CodeType
from typing import Final

from tests.simulation.mutant import Mutant
from tests.simulation.planted import IN_PAYMENTS
from tests.simulation.planted_around import AROUND
from tests.simulation.planted_charges import IN_CHARGES

MUTANTS: Final = (*IN_PAYMENTS, *IN_CHARGES, *AROUND)
OWN: Final = ("handlers", "tests.simulation")
STAYING: Final = (
    *("tests.simulation.planted", "tests.simulation.mutant", "tests.simulation.bodies", __name__),
    *(
        "handlers.runtime.aws",
        "handlers.core.errors",
    ),  # clients are slow to create, and raise these
)
SEEDS_MAX: Final = 40  # what a test tries beside the row's own seed
SEARCHED_MAX: Final = 2000  # what a search for another seed tries
ROWS: Final = tuple(Path(__file__).parent.glob("planted*.py"))


@dataclass(frozen=True, slots=True)
class Verdict:
    """`killer` is the seed or sweep that killed the mutant (empty: it survived)."""

    name: str
    killer: str
    tried: int
    problem: str
    seconds: float
    seed: int | None = None

    def __str__(self) -> str:
        if self.killer:
            return f"{self.name}: killed by {self.killer}, {self.tried} tried: {self.problem[:160]}"
        return (
            f"{self.name}: SURVIVED {self.tried} seeds. Find another seed for its row: "
            f"""make simulate ARGS='--find-killer "{self.name}" --write'"""
        )


def verdicts(mutants: Sequence[Mutant], seeds_max: int = SEEDS_MAX) -> Iterator[Verdict]:
    """Yield the verdicts, one after the other."""
    import tests.simulation.world as warm  # everything is imported once, before the forks

    warm.points()
    for mutant in mutants:
        yield _in_child(mutant, seeds_max)


def _in_child(mutant: Mutant, seeds_max: int) -> Verdict:
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reader)
        code = 1
        try:
            with os.fdopen(writer, "wb") as out:
                pickle.dump(_verdict(mutant, seeds_max), out)
            code = 0
        except BaseException:  # noqa: BLE001 - the parent finds that there is no verdict
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        text = pipe.read()
    os.waitpid(child, 0)
    if not text:
        raise RuntimeError(f"the process of mutant {mutant.name!r} ended without a verdict")
    verdict: Verdict = pickle.loads(text)  # noqa: S301 - our own child wrote it
    return verdict


def _verdict(mutant: Mutant, seeds_max: int) -> Verdict:
    began = time.process_time()

    def spent() -> float:
        return time.process_time() - began

    plant(mutant)
    for name in [n for n in sys.modules if n.startswith(OWN) and not n.startswith(STAYING)]:
        del sys.modules[name]
    simulate = importlib.import_module("tests.simulation.world").simulate
    seeds = dict.fromkeys((mutant.seed, *range(seeds_max)))
    for tried, seed in enumerate(seeds, 1):
        problems = simulate(seed).problems
        if problems:
            return Verdict(mutant.name, f"seed {seed}", tried, problems[0], spent(), seed)
        if tried == 1:
            found = importlib.import_module("tests.simulation.crash_points").first_problem()
            if found:
                return Verdict(mutant.name, "a path", tried, found, spent())
    return Verdict(mutant.name, "", len(seeds), "", spent())


def named(names: Sequence[str]) -> list[Mutant]:
    """Return the mutants with one of the names, or a part of it (no names: all of them)."""
    return [m for m in MUTANTS if not names or any(name in m.name for name in names)]


def write_seed(name: str, seed: int) -> Path:
    """Give the row of a mutant another seed; return the file it is in. Raises KeyError."""
    for path in ROWS:
        source = path.read_text()
        changed = with_seed(source, name, seed)
        if changed is not None:
            path.write_text(changed)
            return path
    raise KeyError(name)


def with_seed(source: str, name: str, seed: int) -> str | None:
    """Return the source of a table of mutants with another seed in one row (none: not in it)."""
    for row in ast.walk(ast.parse(source)):
        match row:
            case ast.Call(func=ast.Name("Mutant"), args=[ast.Constant(value), *_]) if value == name:
                old = ast.get_source_segment(source, row) or ""
                seeds = [k for k in row.keywords if k.arg == "seed"]
                kept = old.removesuffix(")").rstrip().removesuffix(",")
                if seeds:
                    kept = kept[: kept.rindex("seed=")].rstrip().removesuffix(",")
                return source.replace(old, f"{kept},\n        seed={seed},\n    )")
    return None


def plant(mutant: Mutant) -> None:
    """Make imports of the module contain the bug. Raises ValueError when the row is outdated."""
    if mutant.module.startswith(STAYING):
        raise ValueError(f"mutant {mutant.name!r}: {mutant.module} is not imported again")
    real = SourceFileLoader.get_code

    def get_code(loader: SourceFileLoader, fullname: str) -> CodeType | None:
        if fullname != mutant.module:
            return real(loader, fullname)
        return compile(mutated(mutant, Path(loader.path).read_text()), loader.path, "exec")

    SourceFileLoader.get_code = get_code  # type: ignore[method-assign, assignment]


def mutated(mutant: Mutant, source: str) -> str:
    for old, new in ((mutant.old, mutant.new), *mutant.also):
        if source.count(old) != 1:
            raise ValueError(
                f"mutant {mutant.name!r}: its text occurs {source.count(old)} times in "
                f"{mutant.module}, not once. Update tests/simulation/planted*.py:\n{old}"
            )
        source = source.replace(old, new)
    return source
