"""The whole system in one process: real entry points over an AWS in memory.

What each invocation asked of AWS and of the gateway, wrote and logged is recorded for tests.
"""

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
from botocore.exceptions import ClientError

from generated.catalogue import EVENTS
from handlers.gateway_processor.gateway import Gateway
from handlers.gateway_processor.http_gateway import HttpGateway
from handlers.runtime import aws
from handlers.runtime.settings import Settings
from handlers.runtime.telemetry import logger
from infra.services.rows import STORES, Store, streamed_tables
from infra.template.functions import FUNCTIONS
from tests.builders import (
    ACCOUNT,
    ALICE,
    ENVIRONMENT,
    EXPIRES,
    PREFIX,
    REGION,
    VirtualTime,
    a_batch,
    a_record,
    a_request,
)
from tests.in_memory.gateway import FakeGateway
from tests.simulation.cloud.dynamodb import Change, DynamoDb, Index, Table

OPERATOR: Final = "operator"
GATEWAY_KEY: Final = "canary-gateway-key-7d1f0a"
RECEIVES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Sent:
    """A message that a service sent to a queue; the queue's name is without the stack's prefix."""

    queue: str
    body: str
    attributes: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Entry:
    """An event as the bus received it."""

    source: str
    detail_type: str
    detail: str


@dataclass(frozen=True, slots=True)
class Call:
    """One call to AWS by a function (`test`: by the test itself), and what it changed.

    A `failed` one changed nothing, and is billed all the same.
    """

    function: str
    service: str
    operation: str
    parameters: Mapping[str, Any]
    changes: tuple[Change, ...] = ()
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Invocation:
    """One run of a function: its calls to AWS, what it asked the gateway, and its log."""

    function: str
    calls: tuple[Call, ...]
    gateway_calls: tuple[str, ...]
    log: str


@dataclass(slots=True)
class System:
    """One empty stack; `failing` makes every call to AWS fail with it, or those of one service.

    With `over_http` gateway-processor uses its own adapter instead of `gateway`.
    """

    time: VirtualTime = field(default_factory=VirtualTime)
    gateway: FakeGateway = field(default_factory=FakeGateway)
    over_http: str | bool = False  # the URL of a gateway, or that of the settings
    sent: list[Sent] = field(default_factory=list)
    published: list[Entry] = field(default_factory=list)
    written: list[Change] = field(default_factory=list)
    calls: list[Call] = field(default_factory=list)
    invocations: list[Invocation] = field(default_factory=list)
    failing: Exception | None = None
    failing_service: str = ""  # such as dynamodb (empty: every service)
    dynamodb: DynamoDb = field(init=False)
    _function: str = "test"
    _relayed: int = 0

    def __post_init__(self) -> None:
        tables = {table.name: table for table in map(_table, STORES)}
        self.dynamodb = DynamoDb(tables, on_commit=self.written.extend)

    # What AWS does.

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        """Answer one call of a client, and keep it."""
        written, function = len(self.written), self._function
        try:
            answer = self._answer(service, operation, parameters)
        except Exception:
            self.calls.append(Call(function, service, operation, parameters, failed=True))
            raise
        changes = tuple(self.written[written:])
        self.calls.append(Call(function, service, operation, parameters, changes))
        return answer

    def _answer(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        if self.failing and self.failing_service in ("", service):
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
            case "GetSecretValue":
                return {"SecretString": GATEWAY_KEY}
            case _:
                raise AssertionError(f"{service} {operation} is new: add it to this file")

    def _send(self, parameters: Mapping[str, Any]) -> Mapping[str, str]:
        attributes = parameters.get("MessageAttributes") or {}
        queue = parameters["QueueUrl"].rpartition("/")[2].removeprefix(f"{PREFIX}-")
        texts = {name: value["StringValue"] for name, value in attributes.items()}
        self.sent.append(Sent(queue, parameters["MessageBody"], texts))
        return {"MessageId": f"m-{len(self.sent)}"}

    def _publish(self, entries: Sequence[Mapping[str, str]]) -> Mapping[str, Any]:
        self.published += [Entry(e["Source"], e["DetailType"], e["Detail"]) for e in entries]
        return {"FailedEntryCount": 0, "Entries": [{"EventId": "1"} for _ in entries]}

    @contextmanager
    def without(self, service: str) -> Iterator[None]:
        """Let every call to one service of AWS fail for a while, as if it was unavailable."""
        before = self.failing, self.failing_service
        unavailable = ClientError({"Error": {"Code": "ServiceUnavailable"}}, service)
        self.failing, self.failing_service = unavailable, service
        try:
            yield
        finally:
            self.failing, self.failing_service = before

    # How functions run.

    def invoke(self, function: str, event: object, **settings: str) -> Any:
        """Run a function's own handler in a fresh execution environment with these settings."""
        (module_name,) = (f.handler for f in FUNCTIONS if f.name == function)
        module = import_module(module_name.removesuffix(".handler"))
        name = "server" if function.endswith("-api") else "consumer"
        given = Settings({**ENVIRONMENT, **settings})
        with self.in_place(function):
            before = getattr(module, name)
            setattr(module, name, self._built(function, module.build, given))
            try:
                return module.handler(event, None)
            finally:
                setattr(module, name, before)

    def _built(self, function: str, build: Callable[..., object], settings: Settings) -> object:
        if not function.startswith("gateway-processor"):
            return build(settings, self.time.clock())
        gateway: Gateway = self._adapter(settings) if self.over_http else self.gateway
        return build(settings, self.time.clock(), gateway)

    def _adapter(self, settings: Settings) -> HttpGateway:
        configured = settings.text("GATEWAY_URL")
        url = self.over_http if isinstance(self.over_http, str) else configured
        secret_id = settings.text("GATEWAY_SECRET_ID")
        return HttpGateway(url, lambda: aws.secret(secret_id), sleep=lambda _s: None)

    @contextmanager
    def in_place(self, function: str = "test") -> Iterator[None]:
        """Make this system the AWS of the process, and keep what runs as one invocation."""
        calls, asked, log = len(self.calls), len(self.gateway.calls), io.StringIO()
        before, self._function = self._function, function
        with _replacing_aws(self.call), redirect_stdout(log), _logging_to(log):
            try:
                yield
            finally:
                self._function = before
                self.invocations.append(
                    Invocation(
                        function,
                        tuple(self.calls[calls:]),
                        tuple(self.gateway.calls[asked:]),
                        log.getvalue(),
                    )
                )

    def consume(self, service: str, queue: str, body: str, receives: int = 1) -> Any:
        """Return what the consumer of a queue answers to one message."""
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

    def run(self, wanted: Callable[[str], bool] = lambda _queue: True) -> list[Entry]:
        """Relay and deliver until nothing moves, from the `wanted` queues; return what was sent."""
        published: list[Entry] = []
        while news := self.relay():
            published += news
            for entry in news:
                self._hand_over(entry, wanted)
        return published

    def _hand_over(self, entry: Entry, wanted: Callable[[str], bool]) -> None:
        for consumer in EVENTS[entry.detail_type].consumers:
            if consumer.delivery == "invoke":
                self.invoke(f"{consumer.service}-consumer", json.loads(entry.detail))
            elif not consumer.delayed and wanted(consumer.queue):
                self.consume(consumer.service, consumer.queue, entry.detail)

    # What customers do.

    def ask(self, function: str, method: str, resource: str, **request: Any) -> dict[str, Any]:
        """Return the answer of an api function."""
        answer: dict[str, Any] = self.invoke(function, a_request(method, resource, **request))
        return answer

    def deposit(self, value: int = 1000, user: str = ALICE, currency: str = "EUR") -> None:
        answer = self.ask(
            "wallet-service-api",
            "POST",
            "/wallets/{currency}/deposits",
            groups=OPERATOR,
            path={"currency": currency},
            headers={"Idempotency-Key": f"deposit-{user}-{currency}-{value}"[:64]},
            body={"amount": {"value": value, "currency": currency}, "user_id": user},
        )
        assert answer["statusCode"] == 201, answer

    def pay(self, key: str = "k-1", user: str = ALICE, **fields: Any) -> dict[str, Any]:
        """Create a payment; its announcement is not published yet."""
        body = {"amount": {"value": 400, "currency": "EUR"}, "payee": "coffee-shop-42"} | fields
        answer = self.ask(
            "payment-orchestrator-api",
            "POST",
            "/payments",
            user=user,
            headers={"Idempotency-Key": key},
            body=body,
        )
        assert answer["statusCode"] == 201, answer
        payment: dict[str, Any] = json.loads(answer["body"])
        return payment

    def pass_the_deadline(self) -> None:
        self.time.now = EXPIRES

    # What a test looks at.

    @property
    def log(self) -> str:
        """Everything that was logged, metrics included."""
        return "".join(invocation.log for invocation in self.invocations)

    def items(self, table: str) -> list[Mapping[str, Any]]:
        """Return all that a table holds, numbers as integers."""
        found = self.dynamodb.tables[f"{PREFIX}-{table}"].items.values()
        return [{n: int(v["N"]) if "N" in v else v["S"] for n, v in i.items()} for i in found]

    def parked(self) -> list[Sent]:
        return [message for message in self.sent if message.queue.endswith("-dlq")]

    def metrics(self) -> dict[str, Any]:
        """Return every metric that was written in embedded metric format, by name."""
        found: dict[str, Any] = {}
        for line in re.findall(r"^\{.*_aws.*}$", self.log, re.MULTILINE):
            document = json.loads(line)
            for metric in document["_aws"]["CloudWatchMetrics"][0]["Metrics"]:
                found[metric["Name"]] = document
        return found

    def money(self) -> dict[str, tuple[int, int]]:
        """Return every wallet: available and reserved."""
        return {
            item["wallet_id"]: (item["available"], item["reserved"])
            for item in self.items("wallets")
            if item["entry"] == "BALANCE"
        }

    def states(self) -> list[Mapping[str, Any]]:
        """Return everything that is recorded of payments, reservations and charges."""
        return [*self.items("payments"), *self.items("wallets"), *self.items("charges")]


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
def _logging_to(log: io.StringIO) -> Iterator[None]:
    handler: Any = logger.registered_handler
    before = handler.setStream(log)
    try:
        yield
    finally:
        handler.setStream(before)


@contextmanager
def _replacing_aws(call: Callable[[str, str, Mapping[str, Any]], Any]) -> Iterator[None]:
    """Let every client of AWS in this process ask `call` instead."""
    choke_point = "_make_api_call"  # every call of every client goes through it
    real = getattr(BaseClient, choke_point)

    def asked(client: BaseClient, operation: str, parameters: Mapping[str, Any]) -> Any:
        return call(client.meta.service_model.service_name, operation, parameters)

    setattr(BaseClient, choke_point, asked)
    try:
        yield
    finally:
        setattr(BaseClient, choke_point, real)
