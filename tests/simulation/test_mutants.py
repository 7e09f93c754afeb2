"""Bugs planted in the handlers are found. The list, with the seed that kills each, is printed by
`python -m tests.simulation --mutants`.
"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.simulation.mutation import MUTANTS

SHARDS = 2
MUTANTS_MIN = 40


def test_there_are_enough_of_them_and_each_has_a_name() -> None:
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS) >= MUTANTS_MIN


@pytest.mark.parametrize("shard", range(1, SHARDS + 1))
def test_every_planted_bug_is_found(shard: int) -> None:
    """In a process of its own: mutants fork, and this one has threads."""
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
