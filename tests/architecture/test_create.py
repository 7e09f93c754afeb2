"""`make service` lays out every service in the shape that its contract and its row ask for."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Final

import pytest

from infra.generate.events import read_catalogue
from infra.services.create import create, laid_out, with_layer
from infra.services.project import ROOT
from infra.services.rows import API_TIMEOUT_S, ROWS, ServiceRow, Store, Work
from infra.services.shape import Refused

# Services that begin as `make service` lays them out: they have a table, and queues or an API.
LAID_OUT: Final = [row for row in ROWS if row.noun]
RECEPTIONS: Final = {
    service.name: [reception.channel.handler for reception in service.receives]
    for service in read_catalogue().services()
}


@pytest.fixture(scope="module")
def layouts() -> dict[str, dict[str, str]]:
    return {row.name: laid_out(row.name) for row in LAID_OUT}


@pytest.mark.parametrize("row", LAID_OUT, ids=lambda row: row.name)
def test_a_layout_has_no_file_that_the_service_does_not_have(
    row: ServiceRow, layouts: dict[str, dict[str, str]]
) -> None:
    package = f"handlers/{row.package}/"
    files = {path for path in layouts[row.name] if path.startswith(package)}

    assert f"{package}{row.noun}.py" in files
    assert [path for path in files if not (ROOT / path).is_file()] == []


@pytest.mark.parametrize("row", LAID_OUT, ids=lambda row: row.name)
def test_a_layout_has_a_decision_and_a_test_for_each_event(
    row: ServiceRow, layouts: dict[str, dict[str, str]]
) -> None:
    files = layouts[row.name]
    expected = RECEPTIONS.get(row.name, [])

    decisions = functions(files[f"handlers/{row.package}/decisions.py"])
    tests = functions(files[f"tests/decisions/test_{row.noun}.py"])

    assert [name for name in decisions if name.startswith("on_")] == expected
    assert len(tests) == max(1, len(expected))


def functions(text: str) -> list[str]:
    return [node.name for node in ast.parse(text).body if isinstance(node, ast.FunctionDef)]


def test_a_service_that_exists_is_not_overwritten(tmp_path: Path) -> None:
    existing = tmp_path / "handlers/wallet_service/store.py"
    existing.parent.mkdir(parents=True)
    existing.write_text("# written by hand\n", "utf-8")

    with pytest.raises(Refused, match=r"these exist: handlers/wallet_service/store\.py\.$"):
        create("wallet-service", tmp_path)

    assert existing.read_text("utf-8") == "# written by hand\n"
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [existing]


def test_a_service_without_operations_is_refused() -> None:
    with pytest.raises(Refused, match="The contract has no service ticket-office: no operation"):
        laid_out("ticket-office")


def test_a_service_that_the_bus_invokes_is_refused_with_a_model() -> None:
    with pytest.raises(Refused, match="Take metrics-collector as the model"):
        laid_out("metrics-collector")


def test_a_service_without_a_row_is_refused_with_a_row_to_paste() -> None:
    with pytest.raises(Refused) as refused:
        laid_out("payment-orchestrator", rows=())

    advice, _, row = str(refused.value).partition("\n\n")
    assert advice == (
        "payment-orchestrator has no row. Add one to ROWS in infra/services/rows.py, such as:"
    )
    names = {"API_TIMEOUT_S": API_TIMEOUT_S, "ServiceRow": ServiceRow, "Store": Store, "Work": Work}
    (pasted,) = eval(f"[{row}]", names)  # noqa: S307 - the text is this project's own
    assert pasted.store == Store("payments", key=("payment_id",))
    assert [work.role for work in pasted.functions] == ["api", "consumer"]


def test_a_row_without_a_table_is_refused() -> None:
    row = ServiceRow("wallet-service", (Work("consumer"),))

    with pytest.raises(Refused, match=r"The row of wallet-service has no table\."):
        laid_out("wallet-service", rows=(row,))


def test_a_layer_is_added_once() -> None:
    rules = (ROOT / "pyproject.toml").read_text("utf-8")

    once = with_layer(rules, "receipt_sender")

    assert once.count("receipt_sender") == 1
    assert with_layer(once, "receipt_sender") == once
    assert with_layer(rules, "wallet_service") == rules
