"""What error-handler makes of a message in a DLQ, and of what operators ask. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

from generated.api.error_handler import FailedEventStatus, FailureKind
from generated.catalogue import EVENTS
from handlers.core.problem import conflict
from handlers.error_handler.failed_event import MOVES, FailedEvent

REDRIVES_MAX: Final = 3
REDRIVE_BASE_S: Final = 15.0
REDRIVE_CAP_S: Final = 900.0  # the longest that SQS delays a message

# Queues whose messages may be any event: their own type says whether it is retryable.
ANY_EVENT_CHANNELS: Final = ("events", "outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message in a DLQ.

    `channel` is the slug of its queue; the ids are there when it could be read that far.
    """

    consumer: str
    channel: str
    body: str
    kind: FailureKind
    reason: str
    redrives: int
    event_type: str | None
    event_id: str | None
    payment_id: str | None


@dataclass(frozen=True, slots=True)
class Redrive:
    """Send it back to its consumer after `delay_s`."""

    delay_s: int


@dataclass(frozen=True, slots=True)
class Park:
    """Store it for an operator."""

    why: str


Decided: TypeAlias = Redrive | Park


def decide(letter: DeadLetter, random: float) -> Decided:
    """Re-drive what the contract calls retryable, a few times, ever later; store everything else.

    `random` is in [0, 1): full jitter, so that a burst of failures does not come back as a burst.
    """
    if letter.kind == "permanent":
        return Park("can never be handled as it is")
    if not is_retryable(letter):
        return Park("is not retryable")
    if letter.redrives >= REDRIVES_MAX:
        return Park(f"failed again after {REDRIVES_MAX} re-drives")
    return Redrive(int(random * min(REDRIVE_CAP_S, REDRIVE_BASE_S * 2.0**letter.redrives)))


def is_retryable(letter: DeadLetter) -> bool:
    """As the catalogue says of the event that the queue is for, whatever the message says."""
    if letter.channel in ANY_EVENT_CHANNELS:
        event = EVENTS.get(letter.event_type or "")
        return event is not None and event.retryable
    return any(
        event.retryable
        for event in EVENTS.values()
        for consumer in event.consumers
        if (consumer.service, consumer.slug) == (letter.consumer, letter.channel)
    )


def review(
    event: FailedEvent, wanted: FailedEventStatus, *, by: str, note: str, now: str
) -> FailedEvent:
    """An operator's decision. Raises Problem 409 when it is not the event's turn."""
    if wanted not in MOVES[event.status]:
        raise conflict(f"The event is already {event.status}.")
    return event.reviewed(wanted, by=by, note=note, now=now)
