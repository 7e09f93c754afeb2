"""What error-handler decides about a dead letter, and about an operator's review. Pure."""

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

# Queues whose messages may be any event: the event's own type decides whether it is retryable.
ANY_EVENT_CHANNELS: Final = ("events", "outbox")


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadLetter:
    """A message in a DLQ.

    `channel` is the slug of its queue; an id is None when the body has none that can be read.
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


def decide(dead_letter: DeadLetter, random: float) -> Decided:
    """Re-drive a retryable event a few times, with increasing delay; park everything else.

    `random` is in [0, 1): full jitter, so that a burst of failures does not return as a burst.
    """
    if dead_letter.kind == "permanent":
        return Park("can never be handled as it is")
    if not is_retryable(dead_letter):
        return Park("is not retryable")
    if dead_letter.redrives >= REDRIVES_MAX:
        return Park(f"failed again after {REDRIVES_MAX} re-drives")
    return Redrive(int(random * min(REDRIVE_CAP_S, REDRIVE_BASE_S * 2.0**dead_letter.redrives)))


def is_retryable(dead_letter: DeadLetter) -> bool:
    """Return what the catalogue says of the queue's event, whatever the message claims."""
    if dead_letter.channel in ANY_EVENT_CHANNELS:
        event = EVENTS.get(dead_letter.event_type or "")
        return event is not None and event.retryable
    return any(
        event.retryable
        for event in EVENTS.values()
        for consumer in event.consumers
        if (consumer.service, consumer.slug) == (dead_letter.consumer, dead_letter.channel)
    )


def review(
    event: FailedEvent, wanted: FailedEventStatus, *, by: str, note: str, now: str
) -> FailedEvent:
    """Return the reviewed event. Raises Problem 409 when the event is not open."""
    if wanted not in MOVES[event.status]:
        raise conflict(f"The event is already {event.status}.")
    return event.review(wanted, by=by, note=note, now=now)
