"""Entry point: every DLQ. A message is stored or sent back before it leaves its DLQ."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from handlers.core.errors import Failure
from handlers.error_handler.dead_letter import parked, read
from handlers.error_handler.decisions import DeadLetter, Redrive, decide
from handlers.error_handler.redrive import Queues
from handlers.error_handler.store import FailedEvents
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.queue import BatchResponse, ItemFailure, SqsBatch, SqsRecord
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.runtime.telemetry import count, logger


def react(failed_events: FailedEvents, queues: Queues, clock: Clock, record: SqsRecord) -> None:
    """Send a dead letter back to its queue, or store it for an operator. Raises Failure."""
    dead_letter = read(record, queues.prefix)
    decided = decide(dead_letter, clock.random())
    if isinstance(decided, Redrive):
        _send_back(queues, dead_letter, decided)
        return
    event = parked(dead_letter, decided.why, clock.now())
    # Counted before it is stored: one alarm too many is better than an entry without an alarm.
    count("FailedEventParked", consumer=dead_letter.consumer)
    failed_events.park(event, record["messageId"])
    context = _log_context(dead_letter) | {"failed_event_id": event.failed_event_id}
    logger.warning("parked", extra=context)


def _send_back(queues: Queues, dead_letter: DeadLetter, redrive: Redrive) -> None:
    queues.send_back(
        dead_letter.consumer,
        dead_letter.channel,
        dead_letter.body,
        delay_s=redrive.delay_s,
        redrives=dead_letter.redrives + 1,
    )
    logger.info("re-driven", extra=_log_context(dead_letter) | {"delay_s": redrive.delay_s})


def _log_context(dead_letter: DeadLetter) -> dict[str, object]:
    return {
        "consumer": dead_letter.consumer,
        "channel": dead_letter.channel,
        "event_type": dead_letter.event_type,
        "event_id": dead_letter.event_id,
        "payment_id": dead_letter.payment_id,
        "failure_kind": dead_letter.kind,
        "failure_reason": dead_letter.reason,
        "redrives": dead_letter.redrives,
    }


@dataclass(frozen=True, slots=True)
class DeadLetterConsumer:
    """Hands each record to `handle`; one that fails stays in its DLQ and is delivered again."""

    handle: Callable[[SqsRecord], None]

    def consume(self, batch: SqsBatch) -> BatchResponse:
        """Handle each record on its own; the answer names those that must be delivered again."""
        failures: list[ItemFailure] = []
        for record in batch["Records"]:
            message_id = record["messageId"]
            try:
                self.handle(record)
            except Failure as failure:
                logger.warning(str(failure), extra={"message_id": message_id})
                failures.append({"itemIdentifier": message_id})
            except Exception:  # noqa: BLE001 - the other records must be handled all the same
                logger.exception("bug", extra={"message_id": message_id})
                failures.append({"itemIdentifier": message_id})
        return {"batchItemFailures": failures}


def build(settings: Settings, clock: Clock) -> DeadLetterConsumer:
    failed_events = FailedEvents(aws.dynamodb(), settings.text("FAILED_EVENTS_TABLE"))
    queues = Queues(aws.sqs(), settings.text("ACCOUNT_ID"), settings.text("PREFIX"))
    return DeadLetterConsumer(lambda record: react(failed_events, queues, clock, record))


consumer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(batch: SqsBatch, _context: object) -> BatchResponse:
    return consumer.consume(batch)
