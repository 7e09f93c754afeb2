"""Contracts as files, for tools that read files."""

from __future__ import annotations

import json
from pathlib import Path

from infra.contracts.documents import NAMES, Documents


def written(folder: Path, contract: Documents) -> Path:
    """Write documents and examples into a folder like specs/, as JSON, which is YAML."""
    for name in NAMES:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(contract.by_name[name]), "utf-8")
    for example in contract.examples:
        (folder / "examples" / example.event).mkdir(parents=True, exist_ok=True)
        (folder / "examples" / example.event / example.name).write_text(example.body, "utf-8")
    return folder


def after_release(folder: Path, released: Documents, contract: Documents) -> Path:
    """Write a folder like specs/ with this contract, whose only release is the other one."""
    version = released.openapi["info"]["version"]
    written(folder / "released" / version, released)
    return written(folder, contract)
