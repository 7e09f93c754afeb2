"""The running API as the clients' tests use it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from payments_client import FailedEvent, PaymentsClient

from infra.local.stack import PREFIX, LocalStack
from tests.flows.town import until

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

POISONED_QUEUE = f"{PREFIX}-wallet-service--payment-initiated"


@dataclass(frozen=True, slots=True)
class Live:
    """alice and bob pay; olivia is an operator."""

    stack: LocalStack
    tokens: dict[str, str]

    @property
    def base_url(self) -> str:
        return self.stack.base_url

    def client(self, name: str, **options: Any) -> PaymentsClient:
        return PaymentsClient(self.base_url, self.tokens[name], **options)

    def parked_event(self) -> FailedEvent:
        """An event that nobody could read, once it waits for review."""
        text = f"not an event: {uuid.uuid4()}"
        sqs: SQSClient = self.stack.client("sqs")
        url = sqs.get_queue_url(QueueName=POISONED_QUEUE)["QueueUrl"]
        sqs.send_message(QueueUrl=url, MessageBody=text)
        with self.client("olivia") as olivia:
            return until(
                "a failed event",
                lambda: [e for e in olivia.iter_failed_events() if e.body == text],
                bool,
            )[0]
