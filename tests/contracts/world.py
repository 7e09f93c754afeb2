"""The real entry points over an AWS in memory: what they write, publish, send and park."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any, Final

from botocore.client import BaseClient

from generated.catalogue import EVENTS
from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    ChargeRequest,
    Declined,
    NotFound,
    Unknown,
)
from handlers.runtime.settings import Settings
from infra.services.rows import STORES, Store, streamed_tables
from infra.template.functions import FUNCTIONS
from tests.builders import ACCOUNT, ENVIRONMENT, PREFIX, REGION, VirtualTime, a_batch, a_record
from tests.simulation.cloud.dynamodb import Change, DynamoDb, Index, Table

# Where an entry module keeps what it built when it was imported.
BUILT: Final = ("server", "consumer")
DECLINING: Final = "declining-payee"
SILENT: Final = "silent-payee"


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a service sent to a queue; the queue's name is without the stack's prefix."""

    queue: str
    body: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the bus took it."""

    source: str
    detail_type: str
    detail: str


@dataclass(slots=True)
class Gateway:
    """Approves, but declines one payee and never answers for another."""

    outcomes: dict[str, Answer] = field(default_factory=dict)

    def charge(self, request: ChargeRequest) -> Answer:
        if request.payee == SILENT:
            return Unknown("no answer")
        found = Declined("do_not_honor") if request.payee == DECLINING else Approved("ch_1")
        return self.outcomes.setdefault(request.idempotency_key, found)

    def inquire(self, idempotency_key: str) -> Answer:
        return self.outcomes.get(idempotency_key, NotFound())

    def cancel(self, idempotency_key: str) -> Answer:
        return self.outcomes.setdefault(idempotency_key, Cancelled())


@dataclass(slots=True)
class World:
    """One empty stack; `failing` makes every call to AWS fail with it."""

    time: VirtualTime = field(default_factory=VirtualTime)
    gateway: Gateway = field(default_factory=Gateway)
    sent: list[Sent] = field(default_factory=list)
    published: list[Entry] = field(default_factory=list)
    written: list[Change] = field(default_factory=list)
    failing: Exception | None = None
    dynamodb: DynamoDb = field(init=False)
    measured: str = ""
    _relayed: int = 0

    def __post_init__(self) -> None:
        tables = {table.name: table for table in map(_table, STORES)}
        self.dynamodb = DynamoDb(tables, on_commit=self.written.extend)

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        if self.failing:
            raise self.failing
        if service == "dynamodb":
            return self.dynamodb.call(operation, parameters)
        match operation:
            case "SendMessage":
                return self._send(parameters)
            case "ChangeMessageVisibility":
                return {}
            case "PutEvents":
                return self._publish(parameters["Entries"])
            case _:
                raise AssertionError(f"{service} {operation} is new: teach it to this file")

    def _send(self, parameters: Mapping[str, Any]) -> Mapping[str, str]:
        attributes = parameters.get("MessageAttributes") or {}
        self.sent.append(
            Sent(
                parameters["QueueUrl"].rpartition("/")[2].removeprefix(f"{PREFIX}-"),
                parameters["MessageBody"],
                {name: value["StringValue"] for name, value in attributes.items()},
            )
        )
        return {"MessageId": f"m-{len(self.sent)}"}

    def _publish(self, entries: Sequence[Mapping[str, str]]) -> Mapping[str, Any]:
        self.published += [Entry(e["Source"], e["DetailType"], e["Detail"]) for e in entries]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in entries]}

    def invoke(self, function: str, event: object, **settings: str) -> Any:
        """Run a function's own handler in a fresh execution environment with these settings."""
        (module_name,) = (f.handler for f in FUNCTIONS if f.name == function)
        module = import_module(module_name.removesuffix(".handler"))
        (name,) = (name for name in BUILT if hasattr(module, name))
        with self.in_place():
            given = Settings({**ENVIRONMENT, **settings})
            before = getattr(module, name)
            setattr(module, name, self._built(module, given))
            try:
                return module.handler(event, None)
            finally:
                setattr(module, name, before)

    def _built(self, module: Any, settings: Settings) -> object:
        clock = self.time.clock()
        if module.__name__.startswith("handlers.gateway_processor"):
            return module.build(settings, clock, self.gateway)
        if not hasattr(module, "build"):  # metrics-collector needs no clock
            return module.Collector(settings)
        return module.build(settings, clock)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        out = io.StringIO()
        with _replacing_aws(self.call), redirect_stdout(out):
            yield
        self.measured += out.getvalue()

    def consume(self, service: str, queue: str, body: str, receives: int = 1) -> Any:
        """What the consumer of a queue answers to one message."""
        batch = a_batch(a_record(body, queue, receives=receives))
        return self.invoke(f"{service}-consumer", batch)

    def deliver(self, service: str, channel: str, event: object) -> Any:
        """Hand an event over as the bus does: through the channel's queue, or by invoking."""
        consumer = next(
            c
            for e in EVENTS.values()
            for c in e.consumers
            if (c.service, c.channel) == (service, channel)
        )
        if consumer.delivery == "invoke":
            return self.invoke(f"{service}-consumer", event)
        return self.consume(service, consumer.queue, json.dumps(event))

    def relay(self) -> list[Entry]:
        """Let event-relay publish what was written since the last time."""
        news, self._relayed = self.written[self._relayed :], len(self.written)
        records = [_stream_record(c) for c in news if _short(c.table) in streamed_tables()]
        before = len(self.published)
        if records:
            self.invoke("event-relay-stream", {"Records": records})
        return self.published[before:]

    def items(self, table: str) -> list[Mapping[str, Any]]:
        """All that a table holds, numbers as integers."""
        found = self.dynamodb.tables[f"{PREFIX}-{table}"].items.values()
        return [{n: int(v["N"]) if "N" in v else v["S"] for n, v in i.items()} for i in found]

    def parked(self) -> list[Sent]:
        return [message for message in self.sent if message.queue.endswith("-dlq")]

    def metrics(self) -> dict[str, Any]:
        """Every metric that was written in embedded metric format, by name."""
        found: dict[str, Any] = {}
        for line in re.findall(r"^\{.*_aws.*}$", self.measured, re.MULTILINE):
            document = json.loads(line)
            for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                found[metric["Name"]] = document
        return found


def _table(store: Store) -> Table:
    name, index = f"{PREFIX}-{store.name}", store.index
    if index is None:
        return Table(name, store.key)
    by, then = index.key
    return Table(name, store.key, Index(index.name, (by, then)))


def _short(table: str) -> str:
    return table.removeprefix(f"{PREFIX}-")


def _stream_record(change: Change) -> dict[str, Any]:
    arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{change.table}/stream/1"
    return {
        "eventID": "1",
        "eventName": "MODIFY" if change.old else "INSERT",
        "eventSource": "aws:dynamodb",
        "eventSourceARN": arn,
        "dynamodb": {"NewImage": change.new, "SequenceNumber": "1"},
    }


@contextmanager
def _replacing_aws(call: Callable[[str, str, Mapping[str, Any]], Any]) -> Iterator[None]:
    """Every client of AWS in this process asks `call` instead."""
    choke_point = "_make_api_call"  # every call of every client goes through it
    real = getattr(BaseClient, choke_point)

    def asked(client: BaseClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        return call(client.meta.service_model.service_name, operation, parameters)

    setattr(BaseClient, choke_point, asked)
    try:
        yield
    finally:
        setattr(BaseClient, choke_point, real)
