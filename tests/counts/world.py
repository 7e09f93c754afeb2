"""The whole system in one process: real entry points, and a postman between their outboxes and
their queues.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from generated.catalogue import EVENTS
from generated.contract import Consumer
from handlers.event_relay.stream import Relay
from handlers.gateway_processor import consumer as gateway_processor
from handlers.metrics_collector import consumer as metrics_collector
from handlers.payment_orchestrator import consumer as payment_orchestrator
from handlers.runtime.settings import Settings
from handlers.wallet_service import consumer as wallet_service
from infra.services.rows import table_owners
from tests.api.entry import Api
from tests.builders import ENVIRONMENT, PREFIX, REGION, VirtualTime, a_batch, a_record, answered
from tests.counts.meter import Meter
from tests.runtime.books import Books
from tests.runtime.fakes import Client
from tests.stores.cloud import Cloud


@dataclass(frozen=True, slots=True)
class Letter:
    """One event on its way to one consumer."""

    consumer: Consumer
    body: str


@dataclass
class World:
    """Nothing moves by itself: a test delivers."""

    cloud: Cloud
    time: VirtualTime
    books: Books
    meter: Meter
    bus: Client = field(default_factory=lambda: Client({"put_events": _taken}))
    waiting: list[Letter] = field(default_factory=list)
    delayed: list[Letter] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    _seen: int = 0

    def __post_init__(self) -> None:
        settings, clock = Settings(ENVIRONMENT), self.time.clock()
        self.api = Api(clock)
        self._entry_points: dict[str, Any] = {
            "payment-orchestrator": payment_orchestrator.build(settings, clock),
            "wallet-service": wallet_service.build(settings, clock),
            "gateway-processor": gateway_processor.build(settings, clock, self.books),
        }
        self._metrics = metrics_collector.build(settings, clock)
        bus: Any = self.bus
        self._relay = Relay(
            bus, self.cloud.sqs, "bus", lambda: "dlq", PREFIX, clock, table_owners()
        )

    @property
    def published(self) -> list[str]:
        """Types of all events on the bus, in order."""
        requests = self.bus.asked("put_events")
        return [entry["DetailType"] for request in requests for entry in request["Entries"]]

    def pay(self, **fields: Any) -> dict[str, Any]:
        """Create a payment; its announcement waits to be delivered."""
        payment: dict[str, Any] = self._did(
            "payment-orchestrator", "POST /payments", lambda: answered(self.api.pay(**fields))[1]
        )
        return payment

    def deliver(self, letter: Letter) -> int:
        """Hand over one message; how many must come again."""
        service, event_type = letter.consumer.service, letter.consumer.channel
        batch = a_batch(a_record(letter.body, letter.consumer.queue))
        response = self._did(
            service, event_type, lambda: self._entry_points[service].consume(batch)
        )
        return len(response["batchItemFailures"])

    def run(self, pick: Callable[[int], int] = lambda _count: 0, copies: int = 1) -> None:
        """Deliver everything that waits, each as often as `copies`, in the order of `pick`; what
        must come again comes again.
        """
        while self.waiting:
            letter = self.waiting.pop(pick(len(self.waiting)))
            for _ in range(copies):
                if self.deliver(letter):
                    self.waiting.append(letter)

    def run_delayed(self) -> None:
        """Let the deadline pass, and deliver the copies that were held back until then."""
        self.time.pass_s(int(ENVIRONMENT["EXPIRY_S"]))
        self.waiting, self.delayed = self.delayed, []
        self.run()

    def _did(self, service: str, what: str, work: Callable[[], Any]) -> Any:
        calls, asked = len(self.meter.calls), len(self.books.asked)
        result = work()
        did = [*self.meter.calls[calls:], *self.books.asked[asked:]]
        self.log.append(f"{service} {what}: {' '.join(did) or 'nothing'}")
        self._relay_outboxes()
        return result

    def _relay_outboxes(self) -> None:
        """Every write with an outbox is a record of its table's stream."""
        fresh, self._seen = self.meter.writes[self._seen :], len(self.meter.writes)
        records = [_record(write.table, write.outbox) for write in fresh if write.outbox]
        already = len(self.bus.asked("put_events"))
        self._relay.consume({"Records": records})
        for request in self.bus.asked("put_events")[already:]:
            for entry in request["Entries"]:
                self._route(entry)

    def _route(self, entry: dict[str, Any]) -> None:
        for consumer in EVENTS[entry["DetailType"]].consumers:
            letter = Letter(consumer, entry["Detail"])
            if consumer.delivery == "invoke":
                self._metrics.consume(json.loads(letter.body))
            else:
                (self.delayed if consumer.delayed else self.waiting).append(letter)


def _taken(request: dict[str, Any]) -> dict[str, Any]:
    return {"Entries": [{"EventId": "1"} for _ in request["Entries"]]}


def _record(table: str, outbox: str) -> dict[str, Any]:
    arn = f"arn:aws:dynamodb:{REGION}:123456789012:table/{PREFIX}-{table}/stream/2026"
    return {"eventSourceARN": arn, "dynamodb": {"NewImage": {"outbox": {"S": outbox}}}}
