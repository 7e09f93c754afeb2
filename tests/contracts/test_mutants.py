"""The mutants are what they say, and a sample of them is noticed; `make mutants` tries them all."""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

from infra.contracts.documents import NAMES, SPECS
from infra.contracts.mutants import run
from infra.contracts.mutants.make import mutants
from infra.contracts.mutants.notice import newest, noticed_by
from tests.contracts.payloads import CONTRACT

ALL: Final = mutants(CONTRACT)
SAMPLE: Final = 60


def test_every_document_and_every_example_is_mutated() -> None:
    mutated = Counter(mutant.document for mutant in ALL)

    assert set(NAMES) <= set(mutated)
    assert {f"examples/{e.event}/{e.name}" for e in CONTRACT.examples} <= set(mutated)


def test_no_mutant_is_the_contract_itself_and_none_comes_twice() -> None:
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
    "examples/payment.failed/invalid-without-user.json : mended",
]


@pytest.mark.parametrize("name", EXPECTED)
def test_mutants_of_every_kind_are_made(name: str) -> None:
    assert name in {mutant.name for mutant in ALL}


def test_a_survivor_is_named_by_its_line() -> None:
    (mutant,) = (m for m in ALL if m.name == EXPECTED[4])

    name, _, line = mutant.place().removeprefix("specs/").partition(":")
    text = (SPECS / name).read_text("utf-8").splitlines()[int(line) - 1]
    assert text.strip() == "maxLength: 140"


def test_the_contract_itself_is_noticed_by_nothing() -> None:
    assert noticed_by(CONTRACT, newest()) is None


def test_a_sample_of_mutants_is_noticed() -> None:
    numbers = run.chosen(SAMPLE, seed=1)

    survivors = [ALL[n].name for n, by in run.judged(numbers, jobs=1) if by is None]

    assert [name for name in survivors if name not in run.EQUIVALENT] == []
