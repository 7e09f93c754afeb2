"""A breaking change of an event passes every stage that specs/README.md describes.

The new version is declared next to the old one, the producer switches, the old one is removed.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from infra.contracts.compat import changes
from infra.contracts.documents import Documents
from infra.contracts.gate import Finding, least_version, verdict, version_of
from infra.contracts.rules import broken, code, events, violations
from tests.contracts.edits import edited
from tests.contracts.payloads import CONTRACT
from tests.contracts.stages import (
    ANNOUNCES_NEW,
    BESIDE,
    DECIDES_BOTH,
    NEW,
    NEW_DATA,
    OLD,
    OLD_DATA,
    RELEASED,
    REMOVED,
    STAGES,
    SWITCHED,
    Stage,
    edit,
    in_a_tree,
    undone,
)
from tests.tree import python

# Tests that require every event to be announced, or that deliver it to its consumers.
TESTS: Final = [
    f"tests/contracts/test_{name}.py"
    for name in ("announcements", "pairs_complete", "pairs_replay", "pairs_routing")
]


@pytest.mark.parametrize("name", STAGES)
def test_every_stage_passes_all_checks_of_a_contract_change(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stage = STAGES[name]
    tree = in_a_tree(tmp_path, stage)
    monkeypatch.setattr(code, "HANDLERS", tree / "handlers")

    assert list(violations(stage.contract)) == []
    assert not [finding for finding in judged(stage) if finding.fix]
    assert_passes(tree, "infra.generate")
    assert_passes(tree, "pytest", "-n", "0", "-q", *TESTS)
    if name == "producer switched":
        assert_only_the_declared_version_may_be_announced(tree)


def judged(stage: Stage) -> list[Finding]:
    """Return the gate's findings about the step from the previous release."""
    was, now = version_of(stage.released), version_of(stage.contract)
    return list(verdict(was, now, changes(stage.released, stage.contract)))


def assert_passes(tree: Path, *command: str) -> None:
    done = python(tree, "-m", *command)
    assert done.returncode == 0, done.stdout


def assert_only_the_declared_version_may_be_announced(tree: Path) -> None:
    """Fail for a producer that still announces the version that another one replaces."""
    edit(tree, undone(ANNOUNCES_NEW))

    done = python(tree, "-m", "pytest", "-n", "0", "-q", *TESTS[:2])

    assert "2 failed" in done.stdout
    assert "test_every_event_except_a_replaced_version_is_announced" in done.stdout
    assert "test_every_event_except_a_replaced_version_is_captured" in done.stdout


@pytest.mark.parametrize("name", STAGES)
def test_the_version_of_a_stage_is_the_smallest_possible(name: str) -> None:
    stage = STAGES[name]

    found = changes(stage.released, stage.contract)

    assert least_version(version_of(stage.released), found) == version_of(stage.contract)


def test_only_the_removal_breaks() -> None:
    breaking = [name for name, s in STAGES.items() if _breaks(s)]

    assert breaking == ["old version removed"]


def _breaks(stage: Stage) -> list[str]:
    return [str(c) for c in changes(stage.released, stage.contract) if c.breaking]


def test_a_producer_must_not_switch_to_a_version_that_no_release_has() -> None:
    (line,) = _breaks(Stage(RELEASED, SWITCHED, ()))

    assert f"is announced as {NEW} from now on, which nobody received before" in line


def test_changing_the_event_in_place_would_break_its_readers() -> None:
    new = BESIDE.asyncapi["components"]["schemas"][NEW_DATA]
    contract = edited("events", f"components/schemas/{OLD_DATA}", new)

    found = changes(CONTRACT, contract)

    assert {c.what for c in found if c.breaking} == {"field removed", "required field added"}


@pytest.mark.parametrize("contract", [BESIDE, SWITCHED], ids=["beside", "switched"])
@pytest.mark.parametrize("version", [OLD, NEW])
def test_every_consumer_receives_both_of_two_versions(contract: Documents, version: str) -> None:
    deaf = edited("events", f"operations/metrics-collector.receives.{version}", contract=contract)

    assert broken(events.two_versions_have_the_same_receivers, contract) == []
    assert broken(events.two_versions_have_the_same_receivers, deaf) != []


def test_the_rules_require_a_decision_about_the_new_version() -> None:
    (line,) = violations(BESIDE)

    assert "payment-orchestrator has no on_wallet_funds_released_v2" in line


def test_the_rules_report_a_decision_that_is_no_longer_needed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = in_a_tree(tmp_path, Stage(SWITCHED, REMOVED, (DECIDES_BOTH, ANNOUNCES_NEW)))
    monkeypatch.setattr(code, "HANDLERS", tree / "handlers")

    (line,) = violations(REMOVED)

    assert "on_wallet_funds_released of payment-orchestrator is for an event" in line
