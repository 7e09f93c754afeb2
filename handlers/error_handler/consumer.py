"""Entry point: every DLQ. What is stored or sent back is done before the message leaves the DLQ."""

from __future__ import annotations

from dataclasses import dataclass

from handlers.core.errors import Failure
from handlers.error_handler.decisions import DeadLetter, Redrive, decide
from handlers.error_handler.letter import parked, read
from handlers.error_handler.redrive import Queues
from handlers.error_handler.store import FailedEvents
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.queue import BatchResponse, ItemFailure, SqsBatch, SqsRecord
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.runtime.telemetry import count, logger


@dataclass(frozen=True, slots=True)
class Reviewer:
    failed_events: FailedEvents
    queues: Queues
    clock: Clock

    def consume(self, batch: SqsBatch) -> BatchResponse:
        """What cannot be looked after now comes again until it can: a DLQ never gives up."""
        failures: list[ItemFailure] = []
        for record in batch["Records"]:
            try:
                self._look_after(record)
            except Failure as failure:
                logger.warning(str(failure), extra={"message_id": record["messageId"]})
                failures.append({"itemIdentifier": record["messageId"]})
            except Exception:  # noqa: BLE001 - its neighbours must be looked after all the same
                logger.exception("bug", extra={"message_id": record["messageId"]})
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}

    def _look_after(self, record: SqsRecord) -> None:
        letter = read(record, self.queues.prefix)
        decided = decide(letter, self.clock.random())
        if isinstance(decided, Redrive):
            self._send_back(letter, decided)
            return
        event = parked(letter, decided.why, self.clock.now())
        # First: an alarm too many is better than an entry that nobody was told of.
        count("FailedEventParked", consumer=letter.consumer)
        self.failed_events.park(event, record["messageId"])
        logger.warning("parked", extra=_facts(letter) | {"failed_event_id": event.failed_event_id})

    def _send_back(self, letter: DeadLetter, redrive: Redrive) -> None:
        self.queues.send_back(
            letter.consumer,
            letter.channel,
            letter.body,
            delay_s=redrive.delay_s,
            redrives=letter.redrives + 1,
        )
        logger.info("re-driven", extra=_facts(letter) | {"delay_s": redrive.delay_s})


def _facts(letter: DeadLetter) -> dict[str, object]:
    return {
        "consumer": letter.consumer,
        "channel": letter.channel,
        "event_type": letter.event_type,
        "event_id": letter.event_id,
        "payment_id": letter.payment_id,
        "failure_kind": letter.kind,
        "failure_reason": letter.reason,
        "redrives": letter.redrives,
    }


def build(settings: Settings, clock: Clock) -> Reviewer:
    return Reviewer(
        FailedEvents(aws.dynamodb(), settings.text("FAILED_EVENTS_TABLE")),
        Queues(aws.sqs(), settings.text("ACCOUNT_ID"), settings.text("PREFIX")),
        clock,
    )


reviewer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(batch: SqsBatch, _context: object) -> BatchResponse:
    return reviewer.consume(batch)
