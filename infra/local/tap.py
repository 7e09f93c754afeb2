"""See the events as they pass: a queue beside the system that gets a copy of every event.

It is made here and not by the template, for only a local stack has it.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from generated.catalogue import EVENTS
from infra.local.clients import LocalAws

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

EVERYTHING = json.dumps({"source": [{"prefix": ""}]})
WAIT_S = 1
BATCH_MAX = 10


@dataclass(frozen=True, slots=True)
class Sighting:
    """One event, as it passed. `time` is when it happened, in UTC."""

    time: datetime
    subject: str
    type: str
    source: str
    reason: str | None
    receivers: tuple[str, ...]


@dataclass(slots=True)
class Tap:
    """A copy of every event on the bus, from `open` to `close`."""

    aws: LocalAws
    bus: str
    name: str
    _url: str = field(default="", init=False)

    def open(self) -> None:
        """Make the queue and the rule, or find those of last time."""
        sqs: SQSClient = self.aws.client("sqs")
        events: EventBridgeClient = self.aws.client("events")
        self._url = sqs.create_queue(QueueName=self.name)["QueueUrl"]
        got = sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        events.put_rule(Name=self.name, EventBusName=self.bus, EventPattern=EVERYTHING)
        target = {"Id": "tap", "Arn": got["Attributes"]["QueueArn"], "InputPath": "$.detail"}
        events.put_targets(
            Rule=self.name,
            EventBusName=self.bus,
            Targets=[target],  # type: ignore[list-item]
        )

    def close(self) -> None:
        """Remove the queue and the rule."""
        sqs: SQSClient = self.aws.client("sqs")
        events: EventBridgeClient = self.aws.client("events")
        events.remove_targets(Rule=self.name, EventBusName=self.bus, Ids=["tap"])
        events.delete_rule(Name=self.name, EventBusName=self.bus)
        sqs.delete_queue(QueueUrl=self._url)

    def passing(self) -> Iterator[Sighting | None]:
        """The events as they come; None whenever none came for a second."""
        sqs: SQSClient = self.aws.client("sqs")
        while True:
            got = sqs.receive_message(
                QueueUrl=self._url, WaitTimeSeconds=WAIT_S, MaxNumberOfMessages=BATCH_MAX
            )
            messages = got.get("Messages", [])
            seen = [sighting(json.loads(message["Body"])) for message in messages]
            yield from sorted(seen, key=lambda one: one.time)
            for message in messages:
                sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
            if not messages:
                yield None


def sighting(event: dict[str, Any]) -> Sighting:
    """What is worth seeing of a CloudEvent."""
    known = EVENTS.get(event["type"])
    consumers = known.consumers if known else ()
    return Sighting(
        time=datetime.fromisoformat(event["time"]).astimezone(UTC),
        subject=str(event.get("subject", event["id"])),
        type=str(event["type"]),
        source=str(event["source"]),
        reason=event.get("data", {}).get("reason"),
        receivers=tuple(
            f"{one.service} (later)" if one.delayed else one.service
            for one in sorted(consumers, key=lambda one: one.delayed)
        ),
    )


def line(seen: Sighting) -> str:
    """One readable line: time, payment or deposit, event, from, to."""
    what = f"{seen.type} ({seen.reason})" if seen.reason else seen.type
    receivers = ", ".join(seen.receivers) or "no consumer"
    moment = seen.time.astimezone().strftime("%H:%M:%S.%f")[:-3]
    return f"{moment}  {seen.subject:<30}  {what:<26}  {seen.source} → {receivers}"
