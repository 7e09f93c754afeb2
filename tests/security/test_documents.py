"""docs/security.md promises nothing without a test, and every test that it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Final

import pytest

ROOT: Final = Path(__file__).parents[2]
LINK: Final = re.compile(r"\[`(test_\w+)`]\(\.\./(tests/[\w/]+\.py)\)")
DOCUMENTS: Final = ("security", "reliability")


def text(document: str) -> str:
    return (ROOT / "docs" / f"{document}.md").read_text()


def names_in(path: Path) -> set[str]:
    if not path.is_file():
        return set()
    return {n.name for n in ast.walk(ast.parse(path.read_text())) if isinstance(n, ast.FunctionDef)}


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_test_that_a_promise_names_exists(document: str) -> None:
    named = LINK.findall(text(document))

    assert named
    assert [(path, name) for name, path in named if name not in names_in(ROOT / path)] == []


def test_each_of_the_ten_risks_has_its_measure_and_its_tests() -> None:
    section = text("security").partition("## OWASP")[2].partition("\n## ")[0]
    rows = [line.strip("|").split("|") for line in section.splitlines() if line.startswith("| API")]

    assert [row[0].split()[0] for row in rows] == [f"API{number}" for number in range(1, 11)]
    for risk, measure, tests in rows:
        assert len(measure.strip()) > 20, risk
        assert LINK.search(tests), risk


def test_every_test_of_security_is_linked() -> None:
    """Nobody finds a test that no document names."""
    linked = {path for _, path in LINK.findall(text("security"))}
    here = {f"tests/security/{path.name}" for path in Path(__file__).parent.glob("test_*.py")}

    assert here - linked <= {"tests/security/test_documents.py", "tests/security/test_findings.py"}
