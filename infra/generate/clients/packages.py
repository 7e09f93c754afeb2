"""Every file of both client packages."""

from __future__ import annotations

from infra.generate.clients import python, typescript
from infra.generate.clients.operations import read_operations


def render() -> dict[str, str]:
    """Name → text, its Python not formatted yet. Raises SpecError."""
    operations = read_operations()
    return python.render(operations) | typescript.render(operations)
