"""Bugs planted in the handlers are found; `make simulate ARGS=--mutants` lists them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.simulation.mutation import MUTANTS, with_seed

SHARDS = 2
MUTANTS_MIN = 40


def test_there_are_enough_planted_bugs_and_each_has_a_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= MUTANTS_MIN


@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
def test_every_planted_bug_is_found(shard: int) -> None:
    """It runs in a process of its own: mutants fork, and this one has threads."""
    command = [
        sys.executable,
        "-m",
        "tests.simulation",
        "--mutants",
        "--shard",
        f"{shard}/{SHARDS}",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.count("killed by") == len(MUTANTS[shard - 1 :: SHARDS])


def test_a_planted_bug_uses_only_names_that_its_module_has(tmp_path: Path) -> None:
    """Otherwise any run of that line finds it, by a NameError, and nothing is proven."""
    for number, mutant in enumerate(MUTANTS):
        text = Path(f"{mutant.module.replace('.', '/')}.py").read_text("utf-8")
        for old, new in ((mutant.old, mutant.new), *mutant.also):
            assert text.count(old) == 1, f"{mutant.name}: occurs {text.count(old)} times: {old}"
            text = text.replace(old, new)
        (tmp_path / f"{number}.py").write_text(f"# {mutant.name}\n{text}", "utf-8")
    ruff = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache"]
    found = subprocess.run(
        [*ruff, "--select", "F821", str(tmp_path)], capture_output=True, text=True, check=False
    )

    assert found.returncode == 0, found.stdout


ROW = """
IN_PAYMENTS = (
    Mutant(
        "a bug",
        "a.module",
        "old",
        "new",{seed}
    ),
    Mutant("another", "a.module", "old", "new"),
)
"""


@pytest.mark.parametrize("before", ["", "\n        seed=3,"])
def test_a_row_gets_the_seed_that_was_found(before: str) -> None:
    changed = with_seed(ROW.format(seed=before), "a bug", 41)

    assert changed == ROW.format(seed="\n        seed=41,")


def test_a_row_of_another_file_stays_as_it_is() -> None:
    assert with_seed(ROW, "no such bug", 41) is None
