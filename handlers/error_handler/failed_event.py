"""A failed event: a message that waits for, or has had, an operator's decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from generated.api.error_handler import FailedEventStatus, FailureKind
from handlers.core.moves import NONE, Moves

# It opens again when the same message fails again, whatever was decided about it before: nothing is
# lost.
MOVES: Final[Moves] = {
    NONE: {"open"},
    "open": {"redriven", "discarded"},
    "redriven": {"open"},
    "discarded": {"open"},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedEvent:
    failed_event_id: str
    status: FailedEventStatus
    consumer: str
    channel: str
    kind: FailureKind
    reason: str
    body: str
    parked_at: str
    attempts: int = 1
    event_type: str | None = None
    event_id: str | None = None
    payment_id: str | None = None
    reviewed_at: str | None = None
    reviewed_by: str | None = None
    note: str | None = None

    def reviewed(self, status: FailedEventStatus, *, by: str, note: str, now: str) -> FailedEvent:
        return replace(self, status=status, reviewed_by=by, note=note, reviewed_at=now)
