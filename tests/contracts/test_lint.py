"""The linters find nothing in the contract, and each of them does find what it is there for."""

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
    """What a linter finds in the contract with one edit."""
    shutil.copy(ROOT / "redocly.yaml", tmp_path)
    monkeypatch.setattr(lint, "SPECS", tmp_path / "specs")

    def found(linter: Callable[[], Iterator[str]], *edit: Any) -> list[str]:
        written(tmp_path / "specs", edited(*edit))
        return list(linter())

    return found


def test_openapi_validator_refuses_what_is_no_openapi(linted: Callable[..., list[str]]) -> None:
    found = linted(lint.openapi_validator, "api", f"{PAYMENTS}/responses", [])

    assert [line for line in found if line.startswith(OPENAPI)]


def test_openapi_validator_passes_all_three_documents() -> None:
    assert list(lint.openapi_validator()) == []


def test_the_asyncapi_parser_sees_a_message_that_is_not_in_its_channel(
    linted: Callable[..., list[str]],
) -> None:
    name = "operations/payment-orchestrator.sends.payment.failed/messages/0/$ref"
    other = "#/channels/payment.completed/messages/payment.completed"

    found = linted(lint.asyncapi_parser, "events", name, other)

    assert [line for line in found if "asyncapi3-operation-messages-from-referred" in line]


def test_a_warning_of_the_asyncapi_parser_is_an_error_and_what_it_informs_of_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # It has next to no warnings of its own, but its next version may.
    problems = [{"severity": 1, "text": "a warning"}, {"severity": 2, "text": "to know"}]
    said = json.dumps({"parsed": True, "problems": problems})
    (tmp_path / "asyncapi-parse.mjs").write_text(f"console.log({json.dumps(said)})", "utf-8")
    monkeypatch.setattr(lint, "HERE", tmp_path)

    assert list(lint.asyncapi_parser()) == [f"{ASYNCAPI}: a warning"]


def test_redocly_sees_an_operation_that_is_named_like_another(
    linted: Callable[..., list[str]],
) -> None:
    found = linted(lint.redocly, "api", f"{PAYMENTS}/operationId", "getPayment")

    assert [line for line in found if "(operation-operationId-unique)" in line]


def test_a_warning_of_redocly_is_an_error(linted: Callable[..., list[str]]) -> None:
    found = linted(lint.redocly, "api", "components/schemas/Orphan", {"type": "boolean"})

    assert [line for line in found if "(no-unused-components)" in line]


def test_spectral_sees_a_list_without_an_end(linted: Callable[..., list[str]]) -> None:
    items = "components/schemas/PaymentPage/properties/items/maxItems"

    found = linted(lint.spectral, "api", items)

    assert [line for line in found if "(owasp:api4:2023-array-limit)" in line]


def test_a_warning_of_spectral_is_an_error_even_in_a_schema_that_all_documents_share(
    linted: Callable[..., list[str]],
) -> None:
    found = linted(lint.spectral, "common", "$defs/Money/unevaluatedProperties", True)

    assert [line for line in found if "(owasp:api3:2023-no-unevaluatedProperties)" in line]


def test_what_spectral_only_informs_of_is_an_error_too(linted: Callable[..., list[str]]) -> None:
    """A parameter that names a URL, for example: the server might be made to call it."""
    found = linted(lint.spectral, "api", f"{PAYMENTS}/parameters/0/name", "callback_url")

    assert [line for line in found if "(owasp:api7:2023-concerning-url-parameter)" in line]


@pytest.mark.parametrize("config", ["redocly.yaml", "infra/contracts/.spectral.yaml"])
def test_a_rule_that_is_off_says_why(config: str) -> None:
    lines = (ROOT / config).read_text("utf-8").splitlines()

    reason = False
    for line in lines:
        if line.strip().endswith(": off"):
            assert reason, f"{config}: say above {line.strip()!r} why it is off"
        else:
            reason = line.strip().startswith("#") or (reason and line.strip() == "rules:")
