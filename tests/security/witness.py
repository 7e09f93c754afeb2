"""The whole system in one process, with a witness: which function asked AWS for what, and every
line that it logged.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from generated.catalogue import EVENTS
from handlers.gateway_processor.http_gateway import HttpGateway
from handlers.runtime import aws
from handlers.runtime.settings import Settings
from handlers.runtime.telemetry import logger
from tests.builders import ALICE, EXPIRES, a_request
from tests.contracts.world import Entry, World

OPERATOR: Final = "operator"
GATEWAY_KEY: Final = "canary-gateway-key-7d1f0a"
RECEIVES_MAX: Final = 5


@dataclass(frozen=True, slots=True)
class Call:
    """One call to AWS, by the function that made it."""

    function: str
    service: str
    operation: str
    parameters: Mapping[str, Any]


@dataclass(slots=True)
class Witness(World):
    """A world in which calls and logs are kept. `over_http`: the gateway's own adapter is used."""

    calls: list[Call] = field(default_factory=list)
    log: io.StringIO = field(default_factory=io.StringIO)
    over_http: bool = False
    _running: str = "test"

    def call(self, service: str, operation: str, parameters: Mapping[str, Any]) -> Any:
        self.calls.append(Call(self._running, service, operation, parameters))
        if (service, operation) == ("secretsmanager", "GetSecretValue"):
            return {"SecretString": GATEWAY_KEY}
        return World.call(self, service, operation, parameters)

    def invoke(self, function: str, event: object, **settings: str) -> Any:
        before, self._running = self._running, function
        handler = logger.registered_handler
        stream = handler.setStream(self.log)  # type: ignore[attr-defined]
        try:
            return World.invoke(self, function, event, **settings)
        finally:
            handler.setStream(stream)  # type: ignore[attr-defined]
            self._running = before

    def _built(self, module: Any, settings: Settings) -> object:
        if self.over_http and module.__name__.startswith("handlers.gateway_processor"):
            gateway = HttpGateway(
                settings.text("GATEWAY_URL"),
                lambda: aws.secret(settings.text("GATEWAY_SECRET_ID")),
                sleep=lambda _s: None,
            )
            return module.build(settings, self.time.clock(), gateway)
        return World._built(self, module, settings)

    def ask(self, function: str, method: str, resource: str, **request: Any) -> dict[str, Any]:
        """The answer of an api function."""
        answer: dict[str, Any] = self.invoke(function, a_request(method, resource, **request))
        return answer

    def deposit(self, value: int = 1000, user: str = ALICE, currency: str = "EUR") -> None:
        answer = self.ask(
            "wallet-service-api",
            "POST",
            "/wallets/{currency}/deposits",
            groups=OPERATOR,
            path={"currency": currency},
            headers={"Idempotency-Key": f"deposit-{user}-{currency}-{value}"},
            body={"amount": {"value": value, "currency": currency}, "user_id": user},
        )
        assert answer["statusCode"] == 201, answer

    def pay(self, key: str = "k-1", **fields: Any) -> dict[str, Any]:
        """A new payment; nobody has heard of it yet."""
        body = {"amount": {"value": 400, "currency": "EUR"}, "payee": "coffee-shop-42"} | fields
        answer = self.ask(
            "payment-orchestrator-api",
            "POST",
            "/payments",
            headers={"Idempotency-Key": key},
            body=body,
        )
        assert answer["statusCode"] == 201, answer
        payment: dict[str, Any] = json.loads(answer["body"])
        return payment

    def run(self, wanted: Callable[[str], bool] = lambda _queue: True) -> list[Entry]:
        """Relay and deliver until nothing moves; `wanted` says which queues are worked through.
        Returns what was published.
        """
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

    def money(self) -> dict[str, tuple[int, int]]:
        """Every wallet: available and reserved."""
        return {
            item["wallet_id"]: (item["available"], item["reserved"])
            for item in self.items("wallets")
            if item["entry"] == "BALANCE"
        }

    def states(self) -> list[Mapping[str, Any]]:
        """Everything that is recorded of payments, reservations and charges."""
        return [*self.items("payments"), *self.items("wallets"), *self.items("charges")]

    def pass_the_deadline(self) -> None:
        self.time.now = EXPIRES
