"""The queues of a running stack: send past the bus, take out, hold back, wait until empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from generated.catalogue import EVENTS
from infra.local.clients import LocalAws
from infra.local.stack import PREFIX
from tests.running.waiting import until

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

EMPTY_LOOKS: Final = 3  # in a row, before nothing is on its way


def consumer_queues(event_type: str) -> list[str]:
    """Return every queue that the event is delivered to, the delayed ones included."""
    return [c.queue for c in EVENTS[event_type].consumers if c.delivery == "queue"]


@dataclass(frozen=True, slots=True)
class Queues:
    """Queues are named as in the catalogue, such as `wallet-service--payment-initiated`."""

    aws: LocalAws

    @property
    def _sqs(self) -> SQSClient:
        client: SQSClient = self.aws.client("sqs")
        return client

    def url(self, queue: str) -> str:
        return self._sqs.get_queue_url(QueueName=f"{PREFIX}-{queue}")["QueueUrl"]

    def send(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        """Put a message straight into a queue, past the bus, to be received at once."""
        self._sqs.send_message(
            QueueUrl=self.url(queue),
            MessageBody=body,
            DelaySeconds=0,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in (attributes or {}).items()
            },
        )

    @contextmanager
    def not_consumed(self, queue: str) -> Iterator[None]:
        """Let no function receive from the queue meanwhile."""
        functions: LambdaClient = self.aws.client("lambda")
        mappings = functions.list_event_source_mappings()["EventSourceMappings"]
        (mapping,) = [m for m in mappings if m["EventSourceArn"].endswith(f":{PREFIX}-{queue}")]
        functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
        try:
            yield
        finally:
            functions.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)

    def take(self, queue: str, payment_id: str) -> str:
        """Remove the payment's message from the queue, once it is in it. Return its body."""
        url = self.url(queue)

        def look() -> list[str]:
            got = self._sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            found = [m for m in got.get("Messages", []) if payment_id in m["Body"]]
            for message in found:
                self._sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
            return [message["Body"] for message in found]

        return until(f"message about {payment_id} in {queue}", look, bool)[0]

    def await_quiet(self) -> None:
        """Wait until no queue has a message that could be received now or is being handled."""
        empty = 0

        def look() -> int:
            nonlocal empty
            empty = 0 if self._waiting() else empty + 1
            return empty

        until("empty queues", look, lambda seen: seen >= EMPTY_LOOKS)

    def _waiting(self) -> int:
        waiting = 0
        for url in self._sqs.list_queues(QueueNamePrefix=PREFIX)["QueueUrls"]:
            got = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            waiting += int(got["ApproximateNumberOfMessages"])
            waiting += int(got["ApproximateNumberOfMessagesNotVisible"])
        return waiting
