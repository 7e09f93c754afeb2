"""The running API, for the tests of the clients."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from typing import Any, Final

from payments_client import FailedEvent, PaymentsClient

from handlers.core.identity import derived
from infra.generate.spec import SPECS
from tests.running.stack import RunningStack

COMPLETED: Final = SPECS / "examples/payment.completed/valid-first.json"


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
        """Put an event into a dead-letter queue, and return it when it is parked for review.

        Its consumer can handle it: after a redrive it does not fail again in the middle of a test.
        """
        event = json.loads(COMPLETED.read_text("utf-8")) | {"id": derived("evt", str(uuid.uuid4()))}
        text = json.dumps(event)
        self.stack.queues.send("metrics-collector--events-dlq", text)
        parked = self.stack.operator.parked(body=text)
        with self.client("olivia") as olivia:
            return olivia.get_failed_event(parked["failed_event_id"])
