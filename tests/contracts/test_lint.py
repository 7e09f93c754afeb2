"""The linters find nothing in the contract, and each of them does find what it is there for."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, Final

import pytest

from infra.contracts import lint
from infra.contracts.documents import ASYNCAPI, NAMES, OPENAPI, ROOT, Documents
from infra.contracts.node import NODE, run, script
from tests.contracts.edits import edited

PAYMENTS: Final = "paths/~payments/get"


def written(folder: Path, contract: Documents) -> Path:
    """The documents as files; YAML reads JSON."""
    for name in NAMES:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(json.dumps(contract.by_name[name]), "utf-8")
    return folder


def test_openapi_validator_refuses_what_is_no_openapi(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path, edited("api", f"{PAYMENTS}/responses", []))
    monkeypatch.setattr(lint, "SPECS", folder)

    assert [line for line in lint.openapi_validator() if line.startswith(OPENAPI)]


def test_openapi_validator_passes_all_three_documents() -> None:
    assert list(lint.openapi_validator()) == []


def test_the_asyncapi_parser_sees_a_message_that_is_not_in_its_channel(tmp_path: Path) -> None:
    name = "operations/payment-orchestrator.sends.payment.failed/messages/0/$ref"
    other = "#/channels/payment.completed/messages/payment.completed"
    folder = written(tmp_path, edited("events", name, other))

    done = script(lint.HERE / "asyncapi-parse.mjs", str(NODE), str(folder / ASYNCAPI))

    said: dict[str, Any] = json.loads(done.stdout)
    assert [p for p in said["problems"] if p["severity"] == lint.ERROR]


def test_redocly_sees_an_operation_that_is_named_like_another(tmp_path: Path) -> None:
    folder = written(tmp_path, edited("api", f"{PAYMENTS}/operationId", "getPayment"))

    config = str(ROOT / "redocly.yaml")
    done = run("redocly", "lint", "--config", config, "--format", "json", str(folder / OPENAPI))

    rules = {problem["ruleId"] for problem in json.loads(done.stdout)["problems"]}
    assert "operation-operationId-unique" in rules


def test_spectral_sees_a_list_without_an_end(tmp_path: Path) -> None:
    folder = written(
        tmp_path, edited("api", "components/schemas/PaymentPage/properties/items/maxItems")
    )

    done = run(
        *("spectral", "lint", "--ruleset", str(lint.SPECTRAL), "--format", "json"),
        str(folder / OPENAPI),
    )

    assert "owasp:api4:2023-array-limit" in done.stdout


@pytest.mark.parametrize("config", ["redocly.yaml", "infra/contracts/.spectral.yaml"])
def test_a_rule_that_is_off_says_why(config: str) -> None:
    lines = (ROOT / config).read_text("utf-8").splitlines()

    reason = False
    for line in lines:
        if line.strip().endswith(": off"):
            assert reason, f"{config}: say above {line.strip()!r} why it is off"
        else:
            reason = line.strip().startswith("#") or (reason and line.strip() == "rules:")
