"""The linters find nothing in the contract, and each finds the errors that it is for."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from infra.contracts import lint
from infra.contracts.documents import ASYNCAPI, OPENAPI, ROOT
from tests.contracts.edits import edited
from tests.contracts.written import written

PAYMENTS: Final = "paths/~payments/get"


@pytest.fixture
def linted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Run a linter on the contract with one edit."""
    shutil.copy(ROOT / "redocly.yaml", tmp_path)
    monkeypatch.setattr(lint, "SPECS", tmp_path / "specs")

    def found(linter: Callable[[], Iterator[str]], *edit: Any) -> list[str]:
        written(tmp_path / "specs", edited(*edit))
        return list(linter())

    return found


def test_the_openapi_validator_refuses_a_document_that_is_not_openapi(
    linted: Callable[..., list[str]],
) -> None:
    found = linted(lint.openapi_validator, "api", f"{PAYMENTS}/responses", [])

    assert [line for line in found if line.startswith(OPENAPI)]


def test_the_openapi_validator_passes_all_three_documents() -> None:
    assert list(lint.openapi_validator()) == []


def test_the_asyncapi_parser_finds_a_message_that_is_not_in_its_channel(
    linted: Callable[..., list[str]],
) -> None:
    name = "operations/payment-orchestrator.sends.payment.failed/messages/0/$ref"
    other = "#/channels/payment.completed/messages/payment.completed"

    found = linted(lint.asyncapi_parser, "events", name, other)

    assert [line for line in found if "asyncapi3-operation-messages-from-referred" in line]


def test_a_warning_of_the_asyncapi_parser_is_an_error_and_information_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The parser has almost no warnings, but its next version may have some.
    problems = [{"severity": 1, "text": "a warning"}, {"severity": 2, "text": "information"}]
    result = json.dumps({"parsed": True, "problems": problems})
    (tmp_path / "asyncapi-parse.mjs").write_text(f"console.log({json.dumps(result)})", "utf-8")
    monkeypatch.setattr(lint, "HERE", tmp_path)

    assert list(lint.asyncapi_parser()) == [f"{ASYNCAPI}: a warning"]


def test_redocly_finds_two_operations_of_one_name(
    linted: Callable[..., list[str]],
) -> None:
    found = linted(lint.redocly, "api", f"{PAYMENTS}/operationId", "getPayment")

    assert [line for line in found if "(operation-operationId-unique)" in line]


def test_a_warning_of_redocly_is_an_error(linted: Callable[..., list[str]]) -> None:
    found = linted(lint.redocly, "api", "components/schemas/Orphan", {"type": "boolean"})

    assert [line for line in found if "(no-unused-components)" in line]


def test_spectral_finds_a_list_without_a_limit(linted: Callable[..., list[str]]) -> None:
    items = "components/schemas/PaymentPage/properties/items/maxItems"

    found = linted(lint.spectral, "api", items)

    assert [line for line in found if "(owasp:api4:2023-array-limit)" in line]


def test_a_warning_of_spectral_in_a_shared_schema_is_an_error(
    linted: Callable[..., list[str]],
) -> None:
    found = linted(lint.spectral, "common", "$defs/Money/unevaluatedProperties", True)

    assert [line for line in found if "(owasp:api3:2023-no-unevaluatedProperties)" in line]


def test_information_of_spectral_is_an_error_too(linted: Callable[..., list[str]]) -> None:
    """The example is a parameter that contains a URL, which the server might be made to call."""
    found = linted(lint.spectral, "api", f"{PAYMENTS}/parameters/0/name", "callback_url")

    assert [line for line in found if "(owasp:api7:2023-concerning-url-parameter)" in line]


@pytest.mark.parametrize("config", ["redocly.yaml", "infra/contracts/.spectral.yaml"])
def test_a_comment_explains_each_rule_that_is_off(config: str) -> None:
    lines = (ROOT / config).read_text("utf-8").splitlines()

    reason = False
    for line in lines:
        if line.strip().endswith(": off"):
            assert reason, f"{config}: explain above {line.strip()!r} why it is off"
        else:
            reason = line.strip().startswith("#") or (reason and line.strip() == "rules:")
