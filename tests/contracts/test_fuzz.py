"""`make fuzz` sends many new payloads to every pair, then tests the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import pytest

from infra.contracts import fuzz
from infra.contracts.documents import ROOT
from tests.contracts import payloads

Run: TypeAlias = tuple[Sequence[str], Mapping[str, str]]


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Run]:
    """Record commands and environments of the pair tests, without running them or the API."""
    noted: list[Run] = []

    def run(command: Sequence[str], environment: Mapping[str, str], **_: Any) -> int:
        noted.append((command, environment))
        return 0

    monkeypatch.setattr(fuzz, "run", run)
    monkeypatch.setattr(fuzz, "fuzz_api", lambda _options, _echo: 0)
    monkeypatch.delenv("PAYLOADS_PER_PAIR", raising=False)
    return noted


def test_make_fuzz_runs_the_command_that_is_tested_here() -> None:
    recipe = (ROOT / "Makefile").read_text("utf-8").partition("\nfuzz:")[2].splitlines()[1]

    assert "infra.contracts fuzz $(ARGS)" in recipe


def test_fuzzing_asks_the_tests_of_every_pair_for_many_new_payloads(
    runs: list[Run],
) -> None:
    assert fuzz.fuzz(echo=lambda _line: None) == 0

    ((command, environment),) = runs
    asked = payloads.search(environment)
    assert asked.max_examples == fuzz.PAYLOADS >= 10 * payloads.PAYLOADS
    assert not asked.derandomize
    files = [argument for argument in command if argument.startswith("tests/")]
    assert files == [f"tests/contracts/test_pairs_{what}.py" for what in ("accept", "refuse")]
    assert all((ROOT / file).is_file() for file in files)


def test_a_failure_can_be_repeated_with_the_command_that_is_printed(
    runs: list[Run],
) -> None:
    lines: list[str] = []
    for _ in range(2):
        fuzz.fuzz(echo=lines.append)

    seeds = [argument for command, _ in runs for argument in command if "seed" in argument]
    assert len(set(seeds)) == 2
    for line, seed in zip(lines, seeds, strict=True):
        assert f"PAYLOADS_PER_PAIR={fuzz.PAYLOADS} " in line
        assert seed in line


def test_options_of_schemathesis_leave_the_pairs_out(
    runs: list[Run],
) -> None:
    fuzz.fuzz("--seed", "1", echo=lambda _line: None)

    assert runs == []


def test_by_default_the_payloads_are_few_and_the_same_in_each_run() -> None:
    assert payloads.search({}).max_examples == payloads.PAYLOADS
    assert payloads.search({}).derandomize
