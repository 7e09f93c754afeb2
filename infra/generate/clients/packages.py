"""The files of both client packages."""

from __future__ import annotations

from infra.generate.clients import python, typescript
from infra.generate.clients.operations import read_operations
from infra.generate.spec import ROOT


def render() -> dict[str, str]:
    """Return name → text, with unformatted Python. Raises SpecError."""
    operations = read_operations()
    licence = (ROOT / "LICENSE").read_text("utf-8")
    licences = {f"{folder}/LICENSE": licence for folder in (python.FOLDER, typescript.FOLDER)}
    return python.render(operations) | typescript.render(operations) | licences
