"""Entry point: every event of the bus, one per invocation; and those that operators send back, from
a queue.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeAlias, cast

from generated.services.metrics_collector import (
    METRICS_COLLECTOR_RECEIVES,
    MetricsCollectorMessage,
)
from handlers.core.envelope import parsed, read_envelope
from handlers.core.errors import Permanent
from handlers.metrics_collector.decisions import measure
from handlers.runtime import aws
from handlers.runtime.metrics import put_metric
from handlers.runtime.queue import BatchResponse, ItemFailure, SqsBatch, described, park
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.runtime.telemetry import facts, logger

Message: TypeAlias = MetricsCollectorMessage

QUEUE = "metrics-collector--events"


def read(body: str) -> Message:
    """Raises Permanent when it is no event of the contract."""
    try:
        model = METRICS_COLLECTOR_RECEIVES[read_envelope(body).type]
    except KeyError as error:
        raise Permanent("breaks the contract: type: is no event that is measured") from error
    return parsed(model, body)


def collect(message: Message) -> None:
    for one in measure(message):
        put_metric(one.metric, one.value, one.unit, one.dimensions)
    logger.info("measured" if not message.reannounced else "measured before", extra=facts(message))


class Collector:
    def __init__(self, settings: Settings) -> None:
        self._sqs = aws.sqs()
        self._account = settings.text("ACCOUNT_ID")
        self._dlq = f"{settings.text('PREFIX')}-{QUEUE}-dlq"

    def collect(self, event: Mapping[str, Any]) -> BatchResponse | None:
        """An event of the bus, or a batch of such from the queue; what breaks the contract is
        parked.
        """
        if "Records" not in event:
            self._collect_or_park(json.dumps(event))
            return None
        failures: list[ItemFailure] = []
        for record in cast(SqsBatch, event)["Records"]:
            try:
                self._collect_or_park(record["body"])
            except Permanent:  # it could not be parked: it comes again, its neighbours do not
                failures.append({"itemIdentifier": record["messageId"]})
        return {"batchItemFailures": failures}

    def _collect_or_park(self, body: str) -> None:
        try:
            collect(read(body))
        except Permanent as failure:
            logger.warning(str(failure))
            self._park(body, failure)

    def _park(self, body: str, failure: Permanent) -> None:
        """Raises the failure when it cannot be parked, so that the event is tried again."""
        there = park(
            self._sqs,
            dlq_url=aws.queue_url(self._sqs, self._account, self._dlq),
            body=body,
            kind="permanent",
            reason=described(failure),
            attributes={},
        )
        if not there:
            raise failure


collector = ready(Collector(Settings()))


def handler(event: Mapping[str, Any], _context: object) -> BatchResponse | None:
    return collector.collect(event)
