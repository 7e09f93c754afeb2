"""Mutants match their names, and a sample of them is noticed; `make mutants` tries them all."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from infra.contracts.documents import NAMES, OPENAPI, SPECS, Documents
from infra.contracts.mutants import run
from infra.contracts.mutants.make import Mutant, mutants
from infra.contracts.mutants.notice import UNVERSIONED, noticed_by
from tests.contracts.changed import ADDITIONS
from tests.contracts.edits import versioned
from tests.contracts.payloads import CONTRACT

ALL: Final = mutants(CONTRACT)
SAMPLE: Final = 24


def test_every_document_and_every_example_is_mutated() -> None:
    mutated = Counter(mutant.document for mutant in ALL)

    assert set(NAMES) <= set(mutated)
    assert {f"examples/{e.event}/{e.name}" for e in CONTRACT.examples} <= set(mutated)


def test_no_mutant_equals_the_contract_or_another_mutant() -> None:
    assert len({(m.name, repr(m.value)) for m in ALL}) == len(ALL)
    for mutant in ALL[:: len(ALL) // 50]:
        changed = mutant.of(CONTRACT)
        assert (changed.by_name, changed.examples) != (CONTRACT.by_name, CONTRACT.examples)


REQUEST: Final = "openapi.yaml components.schemas.PaymentRequest"
EXPECTED: Final = [
    'asyncapi.yaml components.schemas.PaymentFailed.required.3: "reason" removed',
    "asyncapi.yaml components.messages.payment.initiated.x-retryable: true -> false",
    "asyncapi.yaml channels.payment.initiated.after-deadline.x-delay.seconds: 900 -> 901",
    f'{REQUEST}.required: ["amount", "payee"] -> ["amount", "payee", "description"]',
    f"{REQUEST}.properties.description.maxLength: 140 -> 141",
    f"{REQUEST}.properties.description: removed",
    'openapi.yaml components.schemas.PaymentStatus.enum.0: "pending" removed',
    "openapi.yaml paths./wallets.get: removed",
    "openapi.yaml paths./wallets.get.x-service: removed",
    "schemas/common.yaml $defs.Money.additionalProperties: false -> true",
    "examples/payment.failed/invalid-without-user.json : corrected",
]


@pytest.mark.parametrize("name", EXPECTED)
def test_mutants_of_every_kind_are_made(name: str) -> None:
    assert name in {mutant.name for mutant in ALL}


def test_a_survivor_is_named_by_its_line() -> None:
    (mutant,) = (m for m in ALL if m.name == EXPECTED[4])

    name, _, line = mutant.place().removeprefix("specs/").partition(":")
    text = (SPECS / name).read_text("utf-8").splitlines()[int(line) - 1]
    assert text.strip() == "maxLength: 140"


# A contract between two releases, with an addition and the version for it.
GROWN: Final = versioned(ADDITIONS["field of an answer"], "1.1.0")
KEEPING_THE_RULES: Final = [
    "optional field of an event",
    "field of an answer",
    "optional field of a request",
    "limit of a request widened",
]


@pytest.mark.parametrize("contract", [CONTRACT, GROWN], ids=["released", "between releases"])
def test_no_check_notices_the_unchanged_contract(contract: Documents) -> None:
    assert noticed_by(contract, contract) is None


def test_text_that_is_not_mutated_does_not_help_to_notice_a_mutant() -> None:
    place = ("components", "schemas", "Payment", "properties", "hint", "description")
    words = Mutant(OPENAPI, place, "description", "A hint.")

    assert noticed_by(words.of(GROWN), GROWN) is None


@pytest.mark.parametrize("what", KEEPING_THE_RULES)
def test_a_mutant_of_what_was_added_since_the_release_is_noticed(what: str) -> None:
    grown = versioned(ADDITIONS[what], "1.1.0")
    known = {mutant.name for mutant in ALL}
    of_the_addition = [m for m in mutants(grown) if m.name not in known]

    assert of_the_addition
    assert [m.name for m in of_the_addition if noticed_by(m.of(grown), grown) is None] == []


def test_each_commit_has_its_own_sample_and_so_has_a_tree_without_commits() -> None:
    assert run.seed_of("300a2f6cf0") != run.seed_of("445f3b8d11")
    assert run.seed_of("") == 0


def test_without_git_the_commit_is_empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run.commit(tmp_path) == ""

    monkeypatch.setenv("PATH", str(tmp_path))
    assert run.commit() == ""


def test_a_report_shows_how_to_repeat_its_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "commit", lambda: "00000f")
    lines: list[str] = []

    assert run.report(2, None, 1, lines.append) == 0

    assert lines[0] == "repeat this sample: make mutants ARGS='--sample 2 --seed 15'"


def test_a_report_scores_with_and_without_the_rule_that_a_change_needs_a_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = iter([(0, "generator"), (1, UNVERSIONED), (2, None), (3, "rule: one version")])
    monkeypatch.setattr(run, "judged", lambda _numbers, _jobs: found)
    lines: list[str] = []

    assert run.report(4, 1, 1, lines.append) == 1

    assert "noticed: 75.0 % (3 of 4)" in lines
    assert ("noticed by the generator, rules and breaking changes alone: 50.0 % (2 of 4)") in lines
    assert [line for line in lines if line.startswith("survived: ") and ALL[2].name in line]


def test_a_sample_of_mutants_is_noticed() -> None:
    numbers = run.chosen(SAMPLE, seed=1)

    survivors = [ALL[n].name for n, by in run.judged(numbers, jobs=1) if by is None]

    assert [name for name in survivors if name not in run.EQUIVALENT] == []
