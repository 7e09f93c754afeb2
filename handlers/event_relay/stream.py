"""Entry point: streams of the tables that carry outboxes, and the queue of what is sent back.

A record that breaks the contract is parked, so that it does not block its shard. Any other failure
raises: the stream keeps the batch and delivers it again, and events that were published twice are
duplicates that consumers tolerate.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from botocore.exceptions import BotoCoreError, ClientError

from handlers.core.errors import Permanent, Retryable
from handlers.event_relay.decisions import Publication, publication
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock, full_jitter_s
from handlers.runtime.queue import described, park
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.runtime.telemetry import facts, logger

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_events.type_defs import PutEventsRequestEntryTypeDef
    from mypy_boto3_sqs import SQSClient

Record: TypeAlias = Mapping[str, Any]

ENTRIES_MAX = 10  # of one PutEvents
TRIES_MAX = 4
BACKOFF_BASE_S = 0.1
BACKOFF_CAP_S = 2.0
QUEUE = "event-relay--outbox"
# Why EventBridge refuses an entry for good.
REFUSED_CODES = frozenset({"InvalidArgument", "MalformedDetail", "NotAuthorizedForSourceException"})


@dataclass(frozen=True, slots=True)
class Relay:
    events: EventBridgeClient
    sqs: SQSClient
    bus: str
    dlq_url: Callable[[], str]  # called when it is needed: it makes a client
    prefix: str
    clock: Clock
    owners: Mapping[str, str]  # table → the only service whose events its stream may carry

    def consume(self, event: Mapping[str, Any]) -> None:
        """Publish the outbox of each record. Raises Retryable when some could not be published."""
        react(self, event["Records"])

    def publications(self, records: Iterable[Record]) -> list[Publication]:
        """Return what the records' outboxes announce; park those that break the contract.

        Raises Retryable when one could not be parked.
        """
        good: list[Publication] = []
        for record in records:
            outbox, owner = self._outbox(record)
            if outbox is None:
                continue
            try:
                good.append(publication(outbox, owner))
            except Permanent as failure:
                self._park(outbox, failure)
        return good

    def _outbox(self, record: Record) -> tuple[str | None, str | None]:
        """Return the outbox and its table's owner (None: an operator sent it back)."""
        if record.get("eventSource") == "aws:sqs":
            return record["body"], None
        image = record.get("dynamodb", {}).get("NewImage") or {}
        table = record["eventSourceARN"].split(":table/")[1].partition("/")[0]
        owner = self.owners.get(table.removeprefix(f"{self.prefix}-"))
        if owner is None:
            raise Retryable(f"TABLE_OWNERS names no owner of the table {table}")
        return image.get("outbox", {}).get("S"), owner

    def publish(self, publications: Sequence[Publication]) -> None:
        """Publish at most ENTRIES_MAX events; entries that fail are tried again, with backoff.

        Raises Retryable when some could not be published.
        """
        left = list(publications)
        for attempt in range(TRIES_MAX):
            left = self._put(left)
            if not left:
                return
            self.clock.sleep(
                full_jitter_s(
                    self.clock.random, attempt=attempt, base_s=BACKOFF_BASE_S, cap_s=BACKOFF_CAP_S
                )
            )
        raise Retryable(f"{len(left)} events could not be published in {TRIES_MAX} tries")

    def _put(self, publications: Sequence[Publication]) -> list[Publication]:
        """Return those that the bus did not accept now and may accept later."""
        entries: list[PutEventsRequestEntryTypeDef] = [
            {
                "EventBusName": self.bus,
                "Source": p.message.source,
                "DetailType": p.message.type,
                "Detail": p.detail,
            }
            for p in publications
        ]
        try:
            answer = self.events.put_events(Entries=entries)
        except (BotoCoreError, ClientError) as error:
            raise aws.as_failure(error, "publish events") from error
        left: list[Publication] = []
        for one, entry in zip(publications, answer["Entries"], strict=True):
            code = entry.get("ErrorCode")
            if not code:
                logger.info("published", extra=facts(one.message))
            elif code in REFUSED_CODES:
                self._park(one.detail, Permanent(f"the bus refuses it: {code}"))
            else:
                left.append(one)
        return left

    def _park(self, outbox: str, failure: Permanent) -> None:
        """Raises Retryable when it cannot be parked: the whole batch is then delivered again."""
        logger.warning(str(failure))
        parked = park(
            self.sqs,
            dlq_url=self.dlq_url(),
            body=outbox,
            kind="permanent",
            reason=described(failure),
            attributes={},
        )
        if not parked:
            raise Retryable("an outbox that breaks the contract could not be parked")


def react(relay: Relay, records: Iterable[Record]) -> None:
    """Publish the outbox of each record. Raises Retryable when some could not be published."""
    publications = relay.publications(records)
    for start in range(0, len(publications), ENTRIES_MAX):
        relay.publish(publications[start : start + ENTRIES_MAX])


def build(settings: Settings, clock: Clock) -> Relay:
    prefix, account = settings.text("PREFIX"), settings.text("ACCOUNT_ID")
    client = aws.sqs()
    return Relay(
        events=aws.events(),
        sqs=client,
        bus=settings.text("EVENT_BUS"),
        dlq_url=lambda: aws.queue_url(client, account, f"{prefix}-{QUEUE}-dlq"),
        prefix=prefix,
        clock=clock,
        owners=json.loads(settings.text("TABLE_OWNERS")),
    )


consumer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(event: Mapping[str, Any], _context: object) -> None:
    consumer.consume(event)
