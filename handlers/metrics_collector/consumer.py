"""Entry point: every event, one per invocation by the bus, or a batch that was sent back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from generated.services.metrics_collector import (
    METRICS_COLLECTOR_RECEIVES,
    MetricsCollectorMessage,
)
from handlers.core.envelope import parsed, read_envelope
from handlers.core.errors import Permanent
from handlers.metrics_collector.decisions import measure
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.metrics import put_metric
from handlers.runtime.queue import BatchResponse, ItemFailure, SqsBatch, described, park
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.runtime.telemetry import facts, logger

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

Message: TypeAlias = MetricsCollectorMessage

QUEUE = "metrics-collector--events"


def read(body: str) -> Message:
    """Return the event of a message. Raises Permanent when the contract does not have it."""
    try:
        model = METRICS_COLLECTOR_RECEIVES[read_envelope(body).type]
    except KeyError as error:
        raise Permanent("breaks the contract: type: is not an event that is measured") from error
    return parsed(model, body)


def react(message: Message) -> str:
    """Write the metrics of an event; return a note for the log."""
    for one in measure(message):
        put_metric(one.metric, one.value, one.unit, one.dimensions)
    return "measured before" if message.reannounced else "measured"


@dataclass(frozen=True, slots=True)
class MetricsConsumer:
    """Takes an event of the bus, or a batch of them from the queue of what operators send back."""

    sqs: SQSClient
    account: str
    dlq: str

    def consume(self, event: Mapping[str, Any]) -> BatchResponse | None:
        """Measure each event; one that breaks the contract is parked."""
        if "Records" not in event:
            self._react_or_park(json.dumps(event))
            return None
        failures: list[ItemFailure] = []
        for record in cast(SqsBatch, event)["Records"]:
            try:
                self._react_or_park(record["body"])
            except Permanent:  # it could not be parked: only this record is delivered again
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}

    def _react_or_park(self, body: str) -> None:
        """Raises Permanent when the event cannot be parked, so that it is delivered again."""
        try:
            message = read(body)
        except Permanent as failure:
            logger.warning(str(failure))
            self._park(body, failure)
            return
        logger.info(react(message), extra=facts(message))

    def _park(self, body: str, failure: Permanent) -> None:
        parked = park(
            self.sqs,
            dlq_url=aws.queue_url(self.sqs, self.account, self.dlq),
            body=body,
            kind="permanent",
            reason=described(failure),
            attributes={},
        )
        if not parked:
            raise failure


def build(settings: Settings, _clock: Clock) -> MetricsConsumer:
    dlq = f"{settings.text('PREFIX')}-{QUEUE}-dlq"
    return MetricsConsumer(aws.sqs(), settings.text("ACCOUNT_ID"), dlq)


consumer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(event: Mapping[str, Any], _context: object) -> BatchResponse | None:
    return consumer.consume(event)
