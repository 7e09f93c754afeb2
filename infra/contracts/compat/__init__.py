"""What changed between two contracts, and whom that hurts."""

from __future__ import annotations

from collections.abc import Iterator

from infra.contracts.compat import events, examples, http
from infra.contracts.compat.change import Change
from infra.contracts.documents import Documents


def changes(old: Documents, new: Documents) -> list[Change]:
    """Every change that is more than words, each once, the breaking ones first."""
    found = dict.fromkeys([*events.changes(old, new), *http.changes(old, new), *_rest(old, new)])
    return sorted(found, key=lambda change: (not change.breaking, change.where, change.what))


def _rest(old: Documents, new: Documents) -> Iterator[Change]:
    yield from events.rest(old, new)
    yield from http.rest(old, new)
    yield from examples.removed(old, new)
