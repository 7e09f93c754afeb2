"""docs/how-to/add-a-field.md adds a field to a copy of the project, as it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

import pytest

from tests.docs.documents import ROOT, Document
from tests.docs.pages import edits, raise_version
from tests.tree import copied, passes, python

PAGE: Final = Document(ROOT / "docs" / "how-to" / "add-a-field.md")
# Where somebody changes a file that the page shows no diff of.
UNSHOWN: Final = ("CHANGELOG.md",)
PLACES_MAX: Final = 15
CARRIERS: Final = ("payment_orchestrator", "wallet_service", "gateway_processor")
ARRIVES: Final = (
    *("-m", "pytest", "tests/fields/test_round_trip.py"),
    *("-k", "createPayment-reference", "-n", "0", "--quiet", "--tb", "short"),
)


@dataclass(frozen=True, slots=True)
class Walk:
    """What type checking says of the contract alone, and the test of fields after each place."""

    types: str
    fields: tuple[str, ...]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    tree = copied(tmp_path_factory.mktemp("field"))
    contract, places = list(edits(PAGE))[:2], list(edits(PAGE))[2:]
    for step in contract:
        step.apply(tree)
    raise_version(tree)
    passes(tree, "-m", "infra.generate")
    types = python(tree, "-m", "mypy", *(f"handlers/{name}" for name in CARRIERS)).stdout
    fields = []
    for step in places:
        step.apply(tree)
        fields.append(python(tree, *ARRIVES).stdout)
    passes(tree, "-m", "mypy", *(f"handlers/{name}" for name in CARRIERS))
    return Walk(types, tuple(fields))


def shown() -> list[str]:
    return [block.text for block in PAGE.blocks if block.language == "text"]


def without_lines(text: str) -> list[str]:
    """Each message of mypy, without the number of its line: the page may be older."""
    found = (re.sub(r":\d+: ", ": ", line) for line in text.splitlines())
    return [line for line in found if line and not line.startswith("Found ")]


def lost(output: str) -> list[str]:
    return re.findall(r"^E +AssertionError: (.+ is accepted and lost: .+)$", output, re.MULTILINE)


def test_types_name_what_the_page_shows(walk: Walk) -> None:
    assert without_lines(walk.types) == without_lines(shown()[0])


def test_the_test_of_fields_names_what_the_page_shows(walk: Walk) -> None:
    first, second, last = walk.fields

    assert set(lost(first)) == {shown()[1].strip()}
    assert set(lost(second)) == {shown()[2].strip()}
    assert lost(last) == []
    assert re.search(r"^\d passed", last, re.MULTILINE)


def test_few_places_are_written_by_hand() -> None:
    by_hand = {step.path for step in edits(PAGE)} | {*UNSHOWN}

    assert len(by_hand) <= PLACES_MAX
    assert f"By hand, you change {len(by_hand)} files." in PAGE.text
