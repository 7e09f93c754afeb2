"""The api functions as Lambda calls them, over the same cloud."""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from handlers.runtime.clock import Clock
from handlers.runtime.settings import Settings
from infra.template.functions import FUNCTIONS
from tests.builders import ALICE, ENVIRONMENT, a_request

Send = Callable[..., dict[str, Any]]
APIS = [import_module(f.handler.removesuffix(".handler")) for f in FUNCTIONS if f.role == "api"]
OPERATOR = "operator"


@dataclass(frozen=True, slots=True)
class Api:
    """Send a request to the function whose operation it is."""

    clock: Clock
    sandbox: bool = False

    def send(self, method: str, resource: str, **request: Any) -> dict[str, Any]:
        event = a_request(method, resource, **request)
        settings = Settings(ENVIRONMENT | {"SANDBOX": "true" if self.sandbox else "false"})
        for api in APIS:
            server = api.build(settings, self.clock)
            if (method, resource) in server.routes:
                answer: dict[str, Any] = server.serve(event)
                return answer
        raise AssertionError(f"nobody serves {method} {resource}")

    def pay(self, key: str = "k-1", user: str = ALICE, **fields: Any) -> dict[str, Any]:
        body = {"amount": {"value": 450, "currency": "EUR"}, "payee": "coffee-shop-42"} | fields
        headers = {"Idempotency-Key": key}
        return self.send("POST", "/payments", user=user, headers=headers, body=body)

    def deposit(
        self,
        value: int = 1000,
        currency: str = "EUR",
        *,
        key: str = "d-1",
        groups: str = OPERATOR,
        user: str = ALICE,
        **fields: Any,
    ) -> dict[str, Any]:
        return self.send(
            "POST",
            "/wallets/{currency}/deposits",
            user=user,
            groups=groups,
            path={"currency": currency},
            headers={"Idempotency-Key": key},
            body={"amount": {"value": value, "currency": currency}} | fields,
        )

    def wallet(self, currency: str = "EUR", user: str = ALICE) -> dict[str, Any]:
        return self.send("GET", "/wallets/{currency}", user=user, path={"currency": currency})
