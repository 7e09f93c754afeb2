"""A failed event: a message that waits for, or has had, an operator's decision."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from generated.api.error_handler import FailedEventStatus, FailureKind
from handlers.core.moves import NONE, Move, Moves

_FAILED: Final = Move(on=("dead letter",))

# It opens again when the same message fails again, whatever was decided about it before: nothing is
# lost.
MOVES: Final[Moves] = {
    NONE: {"open": _FAILED},
    "open": {
        "redriven": Move(on=("redriveFailedEvent",)),
        "discarded": Move(on=("discardFailedEvent",)),
    },
    "redriven": {"open": _FAILED},
    "discarded": {"open": _FAILED},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FailedEvent:
    """A failed event as it is stored; `attempts` counts how often it was parked."""

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

    def review(self, status: FailedEventStatus, *, by: str, note: str, now: str) -> FailedEvent:
        """Return the event with an operator's decision."""
        return replace(self, status=status, reviewed_by=by, note=note, reviewed_at=now)
