"""What changed between two contracts, and which services or clients that breaks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from infra.contracts.compat import events, examples, http
from infra.contracts.compat.change import Change
from infra.contracts.documents import ASYNCAPI, COMMON, Documents


def changes(old: Documents, new: Documents) -> list[Change]:
    """Return every change except of descriptions, each once, the breaking ones first."""
    found = {
        replace(change, document=document): None
        for document, part in _parts(old, new)
        for change in part
    }
    return sorted(found, key=lambda change: (not change.breaking, change.where, change.what))


def _parts(old: Documents, new: Documents) -> Iterator[tuple[str, Iterator[Change]]]:
    """Yield the changes, with the document that each is found in."""
    yield ASYNCAPI, events.changes(old, new)
    yield ASYNCAPI, events.rest(old, new)
    for name in http.CLIENTS:
        yield name, http.changes(old, new, name)
        yield name, http.rest(old, new, name)
    yield COMMON, http.shared(old, new)
    yield "examples", examples.removed(old, new)
