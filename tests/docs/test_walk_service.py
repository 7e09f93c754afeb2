"""docs/how-to/add-a-service.md adds a service to a copy of the project, as it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.docs.documents import ROOT, Document
from tests.docs.pages import Edit, edits, raise_version
from tests.tree import copied, passes, python

PAGE: Final = Document(ROOT / "docs" / "how-to" / "add-a-service.md")
OWN: Final = ("handlers/receipt_sender/", "tests/decisions/test_receipt.py")
# Where somebody changes a file that the page shows no diff of.
UNSHOWN: Final = ("CHANGELOG.md",)
PLACES_MAX: Final = 12

FIRST_TEST: Final = (
    "from tests.decisions.test_receipt import test_payment_completed_makes_a_move as test; test()"
)
PAYMENT: Final = """
import os
from tests.builders import ENVIRONMENT
os.environ.update(ENVIRONMENT)
from tests.in_memory.system import System
system = System()
system.deposit()
system.run()
payment = system.pay()
published = [entry.detail_type for entry in system.run()]
(receipt,) = system.items("receipts")
path = {"payment_id": payment["payment_id"]}
answer = system.ask("receipt-sender-api", "GET", "/receipts/{payment_id}", path=path)
print(published[-2:], receipt["amount"], answer["statusCode"], len(system.parked()))
"""


@dataclass(frozen=True, slots=True)
class Walk:
    """What the commands of the page print, and the copy after its last step."""

    tree: Path
    after_contract: str
    created: str
    undecided: str
    remaining: tuple[str, ...]


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    tree = copied(tmp_path_factory.mktemp("service"))
    steps = list(edits(PAGE))
    contract = [step for step in steps if step.path.startswith("specs/")]
    row, *rest = steps[len(contract) :]
    decisions = [step for step in rest if step.path.startswith(OWN)]
    applied(tree, contract)
    raise_version(tree)
    passes(tree, "-m", "infra.generate")
    after_contract = python(tree, "-m", "infra.services", "--remind").stdout
    applied(tree, [row])
    created = passes(tree, "-m", "infra.services", "create", "receipt-sender")
    undecided = python(tree, "-c", FIRST_TEST).stdout
    applied(tree, decisions)
    remaining = []
    for step in (step for step in rest if step not in decisions):
        remaining.append(python(tree, "-m", "infra.services").stdout)
        applied(tree, [step])
    passes(tree, "-m", "infra.generate")
    return Walk(tree, after_contract, created, undecided, tuple(remaining))


def applied(tree: Path, steps: list[Edit]) -> None:
    for step in steps:
        step.apply(tree)


def shown(language: str = "text") -> list[str]:
    return [block.text for block in PAGE.blocks if block.language == language]


def sentences(output: str) -> list[str]:
    return [line.strip() for line in output.splitlines() if line.startswith("  ")]


def test_what_is_missing_after_the_contract_is_what_the_page_lists(walk: Walk) -> None:
    assert walk.after_contract == shown()[0]


def test_laying_it_out_prints_what_the_page_shows(walk: Walk) -> None:
    assert walk.created == shown()[1]


def test_its_first_test_asks_for_the_decision(walk: Walk) -> None:
    assert walk.undecided.splitlines()[-1] == shown()[2].strip()


def test_the_page_quotes_each_sentence_before_its_place(walk: Walk) -> None:
    quoted = re.findall(r"^> (.+)$", PAGE.text, re.MULTILINE)

    assert quoted == [sentences(output)[0] for output in walk.remaining]
    assert [len(sentences(output)) for output in walk.remaining] == [4, 3, 2, 1]


def test_few_places_are_written_by_hand(walk: Walk) -> None:
    by_hand = {step.path for step in edits(PAGE) if not step.path.startswith(OWN)} | {*UNSHOWN}

    assert len(by_hand) <= PLACES_MAX
    assert f"By hand, you change {len(by_hand)} files" in PAGE.text


def test_nothing_is_missing_at_the_end(walk: Walk) -> None:
    assert passes(walk.tree, "-m", "infra.services") == ""
    passes(walk.tree, "-m", "infra.generate", "--check")


def test_the_new_package_passes_types_lint_and_import_rules(walk: Walk) -> None:
    package = "handlers/receipt_sender"

    passes(walk.tree, "-m", "mypy", package)
    passes(walk.tree, "-m", "ruff", "check", "--quiet", package)
    passes(walk.tree, "-m", "ruff", "format", "--check", "--quiet", package)
    passes(walk.tree, "-m", "importlinter.cli", "--no-logo", "--no-cache")


def test_the_template_has_its_functions_queue_and_table(walk: Walk) -> None:
    template = passes(walk.tree, "-m", "infra.template")

    for name in ("ReceiptSenderApiFunction", "ReceiptSenderConsumerFunction", "ReceiptsTable"):
        assert f'"{name}"' in template


def test_a_completed_payment_has_a_receipt(walk: Walk) -> None:
    passes(walk.tree, "-c", FIRST_TEST)

    printed = passes(walk.tree, "-c", PAYMENT)

    assert printed == "['payment.completed', 'receipt.sent'] 400 200 0\n"
