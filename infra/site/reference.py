"""The API references: the contract in one piece, drawn by Scalar, and its operations as a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from infra.generate.bundle import bundled
from infra.generate.spec import resolve
from infra.site.documents import write
from infra.site.rendering import rendered

# Folder of the site → document of specs/.
APIS: Final = {"api": "openapi.yaml", "gateway": "gateway.openapi.yaml"}


def write_references(out: Path) -> None:
    for folder, name in APIS.items():
        contract = bundled(name)
        operations = list(_operations(contract, name))
        content = {"contract": contract, "operations": operations}
        write(out / folder / "openapi.json", json.dumps(contract, indent=2) + "\n")
        write(out / folder / "index.md", rendered("operations.md", **content))
        write(out / folder / "reference.html", rendered("reference.html", **content))


def _operations(contract: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    return [
        {
            **operation,
            "call": f"{method.upper()} {path}",
            "parameters": [
                resolve(contract, name, parameter["$ref"]) if "$ref" in parameter else parameter
                for parameter in [*item.get("parameters", ()), *operation.get("parameters", ())]
            ],
        }
        for path, item in contract["paths"].items()
        for method, operation in item.items()
        if "operationId" in operation
    ]
