"""Every file of both client packages."""

from __future__ import annotations

from infra.generate.clients import python
from infra.generate.clients.operations import read_operations


def render() -> dict[str, str]:
    """Name → text, not formatted yet. Raises SpecError."""
    return python.render(read_operations())
