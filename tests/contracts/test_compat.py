"""The gate reports each breaking change in one line, with what it breaks; additions pass."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest
import yaml

from infra.contracts import gate, release
from infra.contracts.compat import changes
from infra.contracts.documents import (
    ASYNCAPI,
    COMMON,
    GATEWAY,
    OPENAPI,
    ROOT,
    SPECS,
    Documents,
    ordered,
    releases,
)
from infra.contracts.gate import least_version, redocly, second_opinion, verdict
from infra.contracts.node import ToolError
from tests.contracts.changed import ADDITIONS, BREAKS, PAYMENT, REQUEST
from tests.contracts.edits import edited, versioned
from tests.contracts.payloads import CONTRACT
from tests.contracts.written import after_release


@pytest.mark.parametrize("what", BREAKS)
def test_a_breaking_change_is_one_line_with_the_place_and_the_services_that_it_breaks(
    what: str,
) -> None:
    contract, expected = BREAKS[what]

    findings = list(verdict("1.0.0", "1.0.0", changes(CONTRACT, contract)))

    lines = [finding.line for finding in findings]
    assert [line for line in lines if all(part in line for part in expected)], lines
    assert all(line.startswith("breaks 1.0.0: ") and "[hurts " in line for line in lines)
    assert {finding.fix for finding in findings} == {gate.BREAKS}


@pytest.mark.parametrize("what", BREAKS)
def test_a_minor_version_does_not_excuse_a_break(what: str) -> None:
    found = changes(CONTRACT, BREAKS[what][0])

    assert list(verdict("1.0.0", "1.1.0", found)) == list(verdict("1.0.0", "1.0.0", found))


@pytest.mark.parametrize("what", BREAKS)
def test_a_major_version_allows_a_break_and_still_names_it(what: str) -> None:
    contract, expected = BREAKS[what]

    findings = list(verdict("1.0.0", "2.0.0", changes(CONTRACT, contract)))

    lines = [finding.line for finding in findings]
    assert [line for line in lines if all(part in line for part in expected)], lines
    assert all(line.startswith("breaks 1.0.0, allowed by 2.0.0: ") for line in lines)
    assert {finding.fix for finding in findings} == {""}


@pytest.mark.parametrize("what", ADDITIONS)
def test_an_addition_passes_with_a_minor_version(what: str) -> None:
    found = changes(CONTRACT, ADDITIONS[what])

    assert found
    assert not [str(change) for change in found if change.breaking]
    assert list(verdict("1.0.0", "1.1.0", found)) == []
    (finding,) = verdict("1.0.0", "1.0.0", found)
    assert "raise it to 1.1.0" in finding.line
    assert finding.fix == gate.RAISE


def test_descriptions_may_change_freely() -> None:
    contract = edited("api", "components/schemas/Payment/properties/status/description", "Where.")

    assert changes(CONTRACT, contract) == []


def test_a_change_of_a_shared_definition_is_one_line() -> None:
    found = changes(CONTRACT, edited("common", "$defs/Currency/enum/26"))

    assert len([f for f in verdict("1.0.0", "1.0.0", found) if "ZAR" in f.line]) == 1


@pytest.mark.parametrize("version", releases())
def test_a_released_contract_is_as_it_was_frozen(version: str) -> None:
    assert release.edited(version) == []


def test_versions_are_ordered_by_number() -> None:
    assert sorted(["1.10.0", "1.9.0", "2.0.0"], key=ordered) == ["1.9.0", "1.10.0", "2.0.0"]


def test_a_release_must_not_be_smaller_than_its_changes() -> None:
    breaking = changes(CONTRACT, BREAKS["route dropped"][0])
    adding = changes(CONTRACT, ADDITIONS["route"])

    assert least_version("1.4.2", breaking) == "2.0.0"
    assert least_version("1.4.2", adding) == "1.5.0"
    assert least_version("1.4.2", []) == "1.4.2"


def test_a_released_version_is_not_frozen_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(release, "_drift", lambda: iter(()))
    newest = releases()[-1]

    refusals = list(release.refusals(newest, again=False))

    assert any("is released" in line for line in refusals)


def test_a_version_that_the_documents_do_not_have_is_not_frozen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(release, "_drift", lambda: iter(["generated/x.py does not match specs/"]))

    refusals = list(release.refusals("0.0.1", again=False))

    assert any("not 0.0.1" in line for line in refusals)
    assert any("too small" in line for line in refusals)
    assert any("generated/x.py" in line for line in refusals)


SEEN_BY_REDOCLY: Final = [
    (OPENAPI, "made required in a request"),
    (OPENAPI, "route dropped"),
    (ASYNCAPI, "field of an event may be absent"),
    (ASYNCAPI, "enum of an event narrowed"),
]


# Extensions and security decide which service is called, when, and by whom; redocly ignores both.
UNSEEN_BY_REDOCLY: Final = [
    (OPENAPI, "role required"),
    (OPENAPI, "token no longer required"),
    (ASYNCAPI, "delay changed"),
]


def seen_by_redocly(folder: Path, name: str, what: str) -> list[str]:
    """Return the breaking changes that redocly reports for one document."""
    (folder / "schemas").mkdir()
    shared = (SPECS / COMMON).read_text("utf-8")
    (folder / COMMON).write_text(shared, "utf-8")
    (folder / name).write_text(json.dumps(BREAKS[what][0].by_name[name]), "utf-8")
    return list(redocly(SPECS / name, folder / name))


@pytest.mark.parametrize(("name", "what"), SEEN_BY_REDOCLY)
def test_redocly_is_a_second_opinion_with_its_rules_on(
    tmp_path: Path, name: str, what: str
) -> None:
    """Fails without `diff-recommended` in redocly.yaml, where every change passes."""
    assert seen_by_redocly(tmp_path, name, what)


@pytest.mark.parametrize(("name", "what"), UNSEEN_BY_REDOCLY)
def test_our_own_comparison_is_needed_for_what_redocly_does_not_report(
    tmp_path: Path, name: str, what: str
) -> None:
    """When this fails, redocly reports the change too, and our comparison may become smaller."""
    assert seen_by_redocly(tmp_path, name, what) == []


def test_redocly_finds_nothing_where_nothing_changed() -> None:
    for name in (OPENAPI, ASYNCAPI):
        assert list(redocly(SPECS / name, SPECS / name)) == []


def test_the_configuration_of_redocly_extends_the_recommended_rules() -> None:
    config: dict[str, Any] = yaml.safe_load((ROOT / "redocly.yaml").read_text("utf-8"))

    assert config["extends"] == ["recommended", "diff-recommended"]
    assert {api["root"] for api in config["apis"].values()} == {
        *("specs/openapi.yaml", "specs/asyncapi.yaml", "specs/gateway.openapi.yaml")
    }


@pytest.mark.parametrize("document", [ASYNCAPI, OPENAPI])
def test_a_break_that_only_redocly_finds_is_reported_despite_breaks_in_another_document(
    document: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "redocly", lambda _base, new: iter([f"{new.name} breaks"]))
    of = {ASYNCAPI: "field of an event removed", OPENAPI: "route dropped"}
    found = changes(CONTRACT, BREAKS[of[document]][0])

    lines = list(second_opinion(SPECS, SPECS, found))

    assert lines == [f"{name} breaks" for name in (ASYNCAPI, OPENAPI, GATEWAY) if name != document]


def test_a_failure_of_redocly_is_not_a_break_of_the_contract(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="redocly failed"):
        list(redocly(tmp_path / OPENAPI, SPECS / OPENAPI))


def checked(
    folder: Path, contract: Documents, version: str, gateway: str = "1.0.0"
) -> tuple[int, list[str]]:
    """Return what `make compat` answers and prints, with the current contract released as 1.0.0."""
    output: list[str] = []
    released = with_gateway_version(versioned(CONTRACT, "1.0.0"), "1.0.0")
    current = with_gateway_version(versioned(contract, version), gateway)
    return gate.check(output.append, after_release(folder, released, current)), output


CHARGE: Final = "components/schemas/ApprovedCharge/properties"
NEW_FIELD: Final = {"type": "string"}


@pytest.fixture
def no_second_opinion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Skip redocly, which takes seconds and is not what these tests check."""
    monkeypatch.setattr(gate, "second_opinion", lambda *_: iter(()))


def with_gateway_version(contract: Documents, version: str) -> Documents:
    return edited("gateway", "info/version", version, contract)


@pytest.mark.usefixtures("no_second_opinion")
@pytest.mark.parametrize(
    ("own", "gateway", "answer", "line"),
    [
        ("1.0.1", "1.0.0", 1, "info.version 1.0.0 of gateway.openapi.yaml is too small"),
        ("1.0.0", "1.1.0", 1, "info.version 1.0.0 is too small after 1.0.0: raise it to 1.0.1"),
        ("1.0.1", "1.1.0", 0, "specs/ keeps every promise of 1.0.0"),
    ],
)
def test_a_change_of_the_gateway_raises_its_own_version_and_a_patch_of_the_release(
    tmp_path: Path, own: str, gateway: str, answer: int, line: str
) -> None:
    contract = edited("gateway", f"{CHARGE}/hint", NEW_FIELD)

    found, output = checked(tmp_path, contract, own, gateway)

    assert found == answer, output
    assert [printed for printed in output if line in printed], output


@pytest.mark.usefixtures("no_second_opinion")
@pytest.mark.parametrize(("gateway", "answer"), [("1.9.0", 1), ("2.0.0", 0)])
def test_a_break_of_the_gateway_needs_a_major_version_of_its_own_contract(
    tmp_path: Path, gateway: str, answer: int
) -> None:
    contract = BREAKS["another pattern of the gateway"][0]

    found, output = checked(tmp_path, contract, "1.0.1", gateway)

    assert found == answer, output
    assert [line for line in output if "breaks 1.0.0 of gateway.openapi.yaml" in line]


@pytest.mark.usefixtures("no_second_opinion")
def test_a_higher_version_of_the_gateway_alone_is_no_change(tmp_path: Path) -> None:
    answer, output = checked(tmp_path, CONTRACT, "1.0.0", gateway="1.1.0")

    assert answer == 0, output


def test_two_fields_of_one_name_are_two_lines() -> None:
    contract = edited("api", f"{REQUEST}/properties/hint", NEW_FIELD)
    contract = edited("api", f"{PAYMENT}/properties/hint", NEW_FIELD, contract)

    lines = list(gate.grouped(changes(CONTRACT, contract)))

    assert [line for line in lines if "POST /payments.body.hint" in line]
    assert [line for line in lines if "GET /payments/{payment_id}.200.hint" in line]
    assert len(lines) == 2


def test_a_change_of_a_shared_definition_names_it_and_counts_its_places() -> None:
    found = changes(CONTRACT, edited("common", "$defs/Currency/enum/26"))
    breaking = [change for change in found if change.breaking]

    (line,) = gate.grouped(breaking)

    assert len(breaking) > len(CONTRACT.events)
    assert f"at schemas/common.yaml#/$defs/Currency ({len(breaking)} places: " in line
    assert all(change.where in line for change in breaking[: gate.PLACES_MAX])


def test_a_break_is_reported_with_its_fix_and_no_other(tmp_path: Path) -> None:
    answer, output = checked(tmp_path, BREAKS["route dropped"][0], "1.1.0")

    assert answer == 1
    assert [line for line in output if line.startswith("error: breaks 1.0.0: operation removed")]
    assert [line for line in output if line.startswith("Fix: ")] == [f"Fix: {gate.BREAKS}"]


def test_an_addition_without_a_version_is_reported_with_its_fix_and_no_other(
    tmp_path: Path,
) -> None:
    answer, output = checked(tmp_path, ADDITIONS["field of an answer"], "1.0.0")

    assert answer == 1
    assert "error: info.version 1.0.0 is too small after 1.0.0: raise it to 1.1.0" in output
    assert [line for line in output if line.startswith("Fix: ")] == [f"Fix: {gate.RAISE}"]


def test_a_major_version_ends_with_what_it_breaks_and_not_with_a_promise(tmp_path: Path) -> None:
    answer, output = checked(tmp_path, BREAKS["field of an answer removed"][0], "2.0.0")

    assert answer == 0
    broken = [line for line in output if line.startswith("breaks 1.0.0, allowed by 2.0.0: ")]
    assert broken
    assert output[-1] == (
        f"specs/ breaks promises of 1.0.0 ({len(broken)}), as the new major version may"
    )


def test_an_addition_with_its_version_keeps_every_promise(tmp_path: Path) -> None:
    answer, output = checked(tmp_path, ADDITIONS["field of an answer"], "1.1.0")

    assert answer == 0
    assert output[-1] == "specs/ keeps every promise of 1.0.0"


def test_the_gate_passes_the_working_contract() -> None:
    output: list[str] = []

    assert gate.check(output.append) == 0, output
