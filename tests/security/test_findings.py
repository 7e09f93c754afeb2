"""The table of accepted findings: each with its reason, none too wide, none hidden in the code."""

from __future__ import annotations

import re
from pathlib import Path

from infra.scan.accepted import ACCEPTED, Finding, judge

ROOT = Path(__file__).parents[2]


def test_every_accepted_finding_has_a_reason_and_a_place() -> None:
    for entry in ACCEPTED:
        assert len(entry.reason) > 20, entry.rule
        assert entry.where.strip("*/"), f"{entry.rule} is accepted everywhere"


def test_a_finding_that_is_not_accepted_is_reported() -> None:
    new = Finding("checkov", "CKV_AWS_41", "AWS::Lambda::Function.Any", "a secret in the template")

    open_ones, _ = judge([new])

    assert open_ones == [new]


def test_a_finding_of_an_accepted_rule_elsewhere_is_reported() -> None:
    in_a_handler = Finding("bandit", "B603", "handlers/runtime/aws.py", "subprocess call")

    open_ones, _ = judge([in_a_handler])

    assert open_ones == [in_a_handler]


def test_what_is_accepted_for_nothing_is_reported() -> None:
    _, unused = judge([])

    assert unused == list(ACCEPTED)


def test_no_finding_is_silenced_in_the_code_itself() -> None:
    silenced = [
        str(path.relative_to(ROOT))
        for folder in ("handlers", "infra", "generated")
        for path in (ROOT / folder).rglob("*.py")
        if re.search(r"#\s*(nosec|checkov:skip)", path.read_text())
    ]

    assert silenced == []


def test_a_test_named_in_a_reason_exists() -> None:
    named = {path for entry in ACCEPTED for path in re.findall(r"tests/[\w/]+\.py", entry.reason)}

    assert named
    assert [path for path in named if not (ROOT / path).is_file()] == []
