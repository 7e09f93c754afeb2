"""Rules that compare the contract with the code: services that must react, and must serve."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

from infra.contracts.documents import OPENAPI, ROOT, Documents
from infra.generate.names import snake

HANDLERS: Final = ROOT / "handlers"


def every_operation_has_its_method(contract: Documents) -> Iterator[str]:
    """Check that `createPayment` of payment-orchestrator is `create_payment` of its Api."""
    wanted: dict[str, set[str]] = {}
    for _, _, _, operation in contract.operations(OPENAPI):
        wanted.setdefault(operation["x-service"], set()).add(snake(operation["operationId"]))
    for service, operations in wanted.items():
        methods = _methods(_folder(service) / "api.py", "Api")
        for name in sorted(operations - methods):
            yield f"handlers of {service} do not serve {name}"
        for name in sorted(methods - operations):
            yield f"{name} of {service} is no operation"


def every_reception_has_its_decision(contract: Documents) -> Iterator[str]:
    """Check that `on_payment_initiated` in decisions.py of its consumers decides an event."""
    for pair in contract.pairs:
        file = _folder(pair.consumer) / "decisions.py"
        if not file.exists():
            yield f"{pair.consumer} receives {pair.channel} and has no decisions.py"
            continue
        decisions = _decisions(file)
        name = f"on_{snake(pair.channel)}"
        if decisions and name not in decisions:
            yield f"{pair.consumer} has no {name} in its decisions.py"
    for service in {pair.consumer for pair in contract.pairs}:
        mine = {snake(p.channel) for p in contract.pairs_of(service)}
        for name in sorted(_decisions(_folder(service) / "decisions.py")):
            if name.removeprefix("on_") not in mine and name != "on_answer":
                yield f"{name} of {service} is for an event that it does not receive"


def _folder(service: str) -> Path:
    return HANDLERS / service.replace("-", "_")


@cache
def _methods(file: Path, name: str) -> frozenset[str]:
    if not file.exists():
        return frozenset()
    found = [n for n in _tree(file).body if isinstance(n, ast.ClassDef) and n.name == name]
    return frozenset(
        method.name
        for node in found
        for method in node.body
        if isinstance(method, ast.FunctionDef) and not method.name.startswith("_")
    )


@cache
def _decisions(file: Path) -> frozenset[str]:
    """Return the functions named after events; a service that treats all the same has none."""
    if not file.exists():
        return frozenset()
    names = [n.name for n in _tree(file).body if isinstance(n, ast.FunctionDef)]
    return frozenset(name for name in names if name.startswith("on_"))


@cache
def _tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text("utf-8"))
