"""People who pay through the running system's HTTP API, and what can be seen from outside."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from generated.catalogue import EVENTS
from infra.local.http import http
from infra.local.stack import PREFIX, LocalStack

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient
    from mypy_boto3_sqs import SQSClient

PATIENCE_S = 60.0
POLL_S = 0.1
ENDED = frozenset({"completed", "failed"})
QUIET_POLLS = 3  # how often in a row the queues must be empty before nothing is on its way

Json = Mapping[str, Any]
T = TypeVar("T")


class StillWaitingError(AssertionError):
    def __init__(self, what: str, last: object) -> None:
        super().__init__(f"{what} did not happen within {PATIENCE_S} s; last seen: {last}")


def until(what: str, look: Callable[[], T], accept: Callable[[T], bool]) -> T:
    """Look until it is acceptable. Raises StillWaitingError."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not accept(seen := look()):
        if time.monotonic() > deadline_s:
            raise StillWaitingError(what, seen)
        time.sleep(POLL_S)
    return seen


@dataclass(slots=True)
class Town:
    """A running stack and its people: alice and bob pay, olivia is an operator."""

    stack: LocalStack

    def call(
        self, name: str, method: str, path: str, *, key: str | None = None, body: Json | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.stack.token(name)}"}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{self.stack.base_url}{path}"
        return http().request(method, url, headers=headers, json=body)

    def fund(self, name: str, value: int, currency: str) -> None:
        body = {"amount": {"value": value, "currency": currency}}
        path = f"/wallets/{currency}/deposits"
        answer = self.call(name, "POST", path, key=str(uuid.uuid4()), body=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text

    def pay(
        self,
        name: str,
        value: int,
        currency: str,
        *,
        payee: str = "coffee-shop-42",
        key: str | None = None,
    ) -> str:
        """The id of a new payment."""
        body = {"amount": {"value": value, "currency": currency}, "payee": payee}
        answer = self.call(name, "POST", "/payments", key=key or str(uuid.uuid4()), body=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text
        payment_id: str = answer.json()["payment_id"]
        return payment_id

    def payment(self, name: str, payment_id: str) -> dict[str, Any]:
        found: dict[str, Any] = self.call(name, "GET", f"/payments/{payment_id}").json()
        return found

    def end_of(self, name: str, payment_id: str) -> tuple[str, str | None]:
        """Status and failure code of the payment, once it has ended."""
        ended = until(
            f"the end of {payment_id}",
            lambda: self.payment(name, payment_id),
            lambda payment: payment.get("status") in ENDED,
        )
        return ended["status"], ended.get("failure_code")

    def ends_of(
        self, name: str, payment_ids: list[str], meanwhile: Callable[[], object] | None = None
    ) -> Counter[str]:
        """How many ended how, once all have; `meanwhile` is done before each look."""
        open_ones = list(payment_ids)
        ends: Counter[str] = Counter()

        def look() -> int:
            if meanwhile:
                meanwhile()
            while open_ones:  # the first that is still open is enough to know
                status = self.payment(name, open_ones[-1]).get("status")
                if status not in ENDED:
                    break
                ends[str(status)] += 1
                open_ones.pop()
            return len(open_ones)

        until("the end of every payment", look, lambda left: left == 0)
        return ends

    def wallet(self, name: str, currency: str) -> tuple[int, int]:
        """Available and reserved, in minor units."""
        found = self.call(name, "GET", f"/wallets/{currency}").json()
        assert found["posted"] == found["available"] + found["reserved"]
        return found["available"], found["reserved"]

    def charges(self, payment_id: str) -> int:
        """How often the gateway really charged the payment."""
        found = self._simulator(f"/simulator/charges?idempotency_key={payment_id}")["charges"]
        return sum(int(row["charged"]) for row in found)

    def charged_twice(self) -> object:
        return self._simulator("/simulator/charges")["totals"]["charged_twice"]

    def _simulator(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.stack.simulator_key}"}
        return http().get(f"{self.stack.simulator_url}{path}", headers=headers).json()

    def failed_events(self, status: str = "open") -> list[dict[str, Any]]:
        answer = self.call("olivia", "GET", f"/failed-events?status={status}&page_size=100")
        items: list[dict[str, Any]] = answer.json()["items"]
        return items

    def queue_url(self, queue: str) -> str:
        """`queue` as the catalogue names it."""
        sqs: SQSClient = self.stack.client("sqs")
        return sqs.get_queue_url(QueueName=f"{PREFIX}-{queue}")["QueueUrl"]

    def send(self, queue: str, body: str, attributes: Mapping[str, str] | None = None) -> None:
        """Put a message straight into a queue, past the bus, to be received at once."""
        sqs: SQSClient = self.stack.client("sqs")
        sqs.send_message(
            QueueUrl=self.queue_url(queue),
            MessageBody=body,
            DelaySeconds=0,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value}
                for name, value in (attributes or {}).items()
            },
        )

    @contextmanager
    def not_consumed(self, queue: str) -> Iterator[None]:
        """Nobody handles the queue's messages for a while."""
        lambdas: LambdaClient = self.stack.client("lambda")
        mappings = lambdas.list_event_source_mappings()["EventSourceMappings"]
        (uuid_,) = [
            m["UUID"] for m in mappings if m["EventSourceArn"].endswith(f":{PREFIX}-{queue}")
        ]
        lambdas.update_event_source_mapping(UUID=uuid_, Enabled=False)
        try:
            yield
        finally:
            lambdas.update_event_source_mapping(UUID=uuid_, Enabled=True)

    def taken_from(self, queue: str, payment_id: str) -> str:
        """The body of the payment's message, which is then no longer in the queue."""
        sqs: SQSClient = self.stack.client("sqs")
        url = self.queue_url(queue)

        def look() -> list[str]:
            taken = []
            got = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1)
            for message in got.get("Messages", []):
                if payment_id in message["Body"]:
                    sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                    taken.append(message["Body"])
            return taken

        return until(f"a message about {payment_id} in {queue}", look, bool)[0]

    def announced(self, payment_id: str) -> dict[str, Json]:
        """Event type → the event, as the services' outboxes last announced it about a payment."""
        events: dict[str, Json] = {}
        for table in ("PaymentsTable", "WalletsTable", "ChargesTable"):
            scanned = self.stack.client("dynamodb").scan(TableName=self.stack.outputs[table])
            for item in scanned["Items"]:
                event = json.loads(item.get("outbox", {}).get("S", "{}"))
                if event.get("subject") == payment_id:
                    events[event["type"]] = event
        return events

    def await_quiet(self) -> None:
        """Return when no queue has a message that could be received now or is being handled."""
        quiet = 0

        def look() -> int:
            nonlocal quiet
            quiet = 0 if self.on_their_way() else quiet + 1
            return quiet

        until("quiet queues", look, lambda seen: seen >= QUIET_POLLS)

    def on_their_way(self) -> int:
        sqs: SQSClient = self.stack.client("sqs")
        waiting = 0
        for url in sqs.list_queues(QueueNamePrefix=PREFIX)["QueueUrls"]:
            found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
            waiting += int(found["ApproximateNumberOfMessages"])
            waiting += int(found["ApproximateNumberOfMessagesNotVisible"])
        return waiting


def consumer_queues(event_type: str) -> list[str]:
    """Every queue that the event is delivered to, the delayed ones included."""
    return [c.queue for c in EVENTS[event_type].consumers if c.delivery == "queue"]
