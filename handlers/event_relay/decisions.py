"""Validate an outbox against the contract of the service that owns its table.

Pure.
"""

from __future__ import annotations

from dataclasses import dataclass

from generated.common import CloudEvent
from generated.published import PUBLISHED
from handlers.core.envelope import parsed, read_envelope
from handlers.core.errors import Permanent


@dataclass(frozen=True, slots=True)
class Publication:
    """An event as the bus takes it."""

    message: CloudEvent
    detail: str


def publication(outbox: str, owner: str | None = None) -> Publication:
    """The event of an outbox.

    Raises Permanent when `owner` (none: its own source) may not announce it so.
    """
    envelope = read_envelope(outbox)
    announcer = owner or envelope.source
    model = PUBLISHED.get(announcer, {}).get(envelope.type)
    if model is None:
        raise Permanent(f"{announcer} may not announce {envelope.type}")
    return Publication(parsed(model, outbox), outbox)
