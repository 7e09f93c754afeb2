"""Consume a batch of SQS messages: parse each, handle it, and settle it.

A message is settled in one of four ways: handled; left in the queue for a later attempt, with
backoff; parked in its DLQ with the reason (permanent failures at once, others at their last
attempt); or left for SQS to park when that fails. Nothing is ever acknowledged and dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypedDict, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from generated.common import CloudEvent
from handlers.core.envelope import parsed
from handlers.core.errors import Early, Failure, Permanent, Retryable
from handlers.core.moment import seconds_between
from handlers.runtime.aws import queue_url
from handlers.runtime.clock import Clock, full_jitter_s
from handlers.runtime.telemetry import facts, logger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

M = TypeVar("M", bound=CloudEvent)

RECEIVES_MAX = 5  # as maxReceiveCount in infra/template
RETRY_BASE_S = 1.0
RETRY_CAP_S = 120.0
VISIBILITY_MAX_S = 43_000  # SQS allows 12 hours since a message was received
REASON_CHARS_MAX = 1000

# Attributes of a message in a DLQ.
FAILURE_KIND = "failure_kind"
FAILURE_REASON = "failure_reason"
REDRIVES = "redrives"  # how often error-handler has sent it back automatically

FailureKind: TypeAlias = Literal["permanent", "retryable", "bug"]


class SqsRecord(TypedDict):
    messageId: str
    receiptHandle: str
    body: str
    attributes: Mapping[str, str]
    messageAttributes: Mapping[str, Mapping[str, Any]]
    eventSourceARN: str


class SqsBatch(TypedDict):
    Records: Sequence[SqsRecord]


class ItemFailure(TypedDict):
    itemIdentifier: str


class BatchResponse(TypedDict):
    batchItemFailures: list[ItemFailure]


@dataclass(frozen=True, slots=True)
class Received(Generic[M]):
    """A message of the contract, and the record that it came in."""

    message: M
    record: SqsRecord


# The outcome of a message: a note for the log, or why it failed.
Outcome: TypeAlias = str | Exception
Handle: TypeAlias = Callable[[Sequence[Received[M]]], Sequence[Outcome]]


def source_queue(record: SqsRecord) -> tuple[str, str]:
    """Return account and name of the queue that a record came from."""
    account, name = record["eventSourceARN"].split(":")[-2:]
    return account, name


def slug_of(record: SqsRecord) -> str:
    """Return `payment-initiated` for `…:payments-dev-wallet-service--payment-initiated`."""
    return record["eventSourceARN"].rpartition("--")[2]


@dataclass(frozen=True, slots=True)
class Consumer(Generic[M]):
    """Handles one service's queues; `handle` gets all readable messages of a batch, in order."""

    receives: Mapping[str, type[M]]
    handle: Handle[M]
    sqs: SQSClient
    clock: Clock

    def consume(self, batch: SqsBatch) -> BatchResponse:
        """Settle each message; the answer names those that must be delivered again."""
        readable: list[Received[M]] = []
        ends: list[tuple[SqsRecord, CloudEvent | None, Outcome]] = []
        for record in batch["Records"]:
            try:
                readable.append(Received(self._read(record), record))
            except Permanent as failure:
                ends.append((record, None, failure))
        outcomes = self._handled(readable)
        ends += [(r.record, r.message, o) for r, o in zip(readable, outcomes, strict=True)]
        failures = [record["messageId"] for record, _, _ in filter(self._must_be_redelivered, ends)]
        return {"batchItemFailures": [{"itemIdentifier": i} for i in failures]}

    def _read(self, record: SqsRecord) -> M:
        model = self.receives.get(slug_of(record))
        if model is None:
            raise Permanent(f"nothing is expected from the queue {record['eventSourceARN']}")
        return parsed(model, record["body"])

    def _handled(self, readable: Sequence[Received[M]]) -> Sequence[Outcome]:
        if not readable:
            return ()
        try:
            return self.handle(readable)
        except Exception as error:  # noqa: BLE001 - each message must have its end, whatever broke
            return [error] * len(readable)

    def _must_be_redelivered(self, end: tuple[SqsRecord, CloudEvent | None, Outcome]) -> bool:
        record, message, outcome = end
        context = facts(message) if message else {"message_id": record["messageId"]}
        if not isinstance(outcome, Exception):
            logger.info(outcome, extra=context)
            return False
        kind = kind_of(outcome)
        _log_failure(outcome, kind, context)
        if kind != "permanent" and _receive_count(record) < RECEIVES_MAX:
            self._back_off(record, outcome)
            return True
        return not self._park(record, kind, outcome)

    def _back_off(self, record: SqsRecord, failure: Exception) -> None:
        """Set when the message is delivered again; by default the visibility timeout decides."""
        try:
            self.sqs.change_message_visibility(
                QueueUrl=queue_url(self.sqs, *source_queue(record)),
                ReceiptHandle=record["receiptHandle"],
                VisibilityTimeout=self._delay_s(record, failure),
            )
        # ValueError: the message names a day that no calendar has, such as 31 February.
        except (BotoCoreError, ClientError, ValueError) as error:
            error_type = {"error": type(error).__name__}
            logger.warning("backoff not set: the visibility timeout decides", extra=error_type)

    def _delay_s(self, record: SqsRecord, failure: Exception) -> int:
        delay_s = 1 + full_jitter_s(
            self.clock.random,
            attempt=_receive_count(record),
            base_s=RETRY_BASE_S,
            cap_s=RETRY_CAP_S,
        )
        if isinstance(failure, Early) and failure.until:
            delay_s += max(0.0, seconds_between(self.clock.now(), failure.until))
        return min(int(delay_s), VISIBILITY_MAX_S)

    def _park(self, record: SqsRecord, kind: FailureKind, failure: Exception) -> bool:
        """Move the message to its DLQ with the reason; return False when that fails."""
        account, name = source_queue(record)
        return park(
            self.sqs,
            dlq_url=queue_url(self.sqs, account, f"{name}-dlq"),
            body=record["body"],
            kind=kind,
            reason=described(failure),
            attributes=kept_attributes(record),
        )


def park(
    sqs: SQSClient,
    *,
    dlq_url: str,
    body: str,
    kind: FailureKind,
    reason: str,
    attributes: Mapping[str, MessageAttributeValueTypeDef],
) -> bool:
    """Send a message to a DLQ with the reason; return whether that worked."""
    reasons: dict[str, MessageAttributeValueTypeDef] = {
        FAILURE_KIND: {"DataType": "String", "StringValue": kind},
        FAILURE_REASON: {"DataType": "String", "StringValue": _sendable(reason)},
    }
    try:
        sqs.send_message(
            QueueUrl=dlq_url, MessageBody=body, MessageAttributes={**attributes, **reasons}
        )
    except (BotoCoreError, ClientError) as error:
        error_type = {"error": type(error).__name__}
        logger.error("message not parked: it is delivered again", extra=error_type)
        return False
    return True


def kept_attributes(record: SqsRecord) -> dict[str, MessageAttributeValueTypeDef]:
    """Return the message's own attributes as SendMessage takes them, without an earlier reason."""
    return {
        name: {"DataType": "String", "StringValue": value["stringValue"]}
        for name, value in (record.get("messageAttributes") or {}).items()
        if value.get("stringValue") and name not in (FAILURE_KIND, FAILURE_REASON)
    }


def kind_of(failure: Exception) -> FailureKind:
    if isinstance(failure, Permanent):
        return "permanent"
    return "retryable" if isinstance(failure, Retryable) else "bug"


def described(failure: Exception) -> str:
    """Return why, for an operator: of a bug only its type, since its text may quote anything."""
    if isinstance(failure, Failure):
        return str(failure)
    return f"{type(failure).__name__}: a bug in the consumer; its log has the stack trace"


def _sendable(reason: str) -> str:
    """Return a reason that SQS accepts: without control characters, not empty."""
    printable = "".join(c if c.isprintable() else " " for c in reason)
    return printable.encode("utf-8", "replace").decode()[:REASON_CHARS_MAX] or "no reason given"


def _receive_count(record: SqsRecord) -> int:
    return int(record["attributes"].get("ApproximateReceiveCount", "1"))


def _log_failure(failure: Exception, kind: FailureKind, context: Mapping[str, str]) -> None:
    extra = {**context, "failure_kind": kind}
    if kind == "bug":
        logger.error("bug", exc_info=failure, extra=extra)
    else:
        logger.warning(str(failure), extra=extra)


def each(handle_one: Callable[[M], str]) -> Handle[M]:
    """Return a handler of batches that handles messages one by one: none affects the others."""

    def handle(batch: Sequence[Received[M]]) -> Sequence[Outcome]:
        return [_outcome(handle_one, received.message) for received in batch]

    return handle


def _outcome(handle_one: Callable[[M], str], message: M) -> Outcome:
    try:
        return handle_one(message)
    except Exception as error:  # noqa: BLE001 - the caller gives the message its end
        return error
