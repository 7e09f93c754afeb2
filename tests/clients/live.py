"""The running API, for the tests of the clients."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from payments_client import FailedEvent, PaymentsClient

from tests.running.stack import RunningStack


@dataclass(frozen=True, slots=True)
class Live:
    """The running API; alice and bob pay, olivia is an operator."""

    stack: RunningStack
    tokens: dict[str, str]

    @property
    def base_url(self) -> str:
        return self.stack.base_url

    def client(self, name: str, **options: Any) -> PaymentsClient:
        return PaymentsClient(self.base_url, self.tokens[name], **options)

    def parked_event(self) -> FailedEvent:
        """Send an event that no service can read, and return it when it is parked for review."""
        text = f"not an event: {uuid.uuid4()}"
        self.stack.queues.send("wallet-service--payment-initiated", text)
        parked = self.stack.operator.parked(body=text)
        with self.client("olivia") as olivia:
            return olivia.get_failed_event(parked["failed_event_id"])
