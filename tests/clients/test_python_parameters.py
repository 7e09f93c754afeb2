"""The Python client refuses arguments that break the contract before it sends anything."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from payments_client import AsyncPaymentsClient, PaymentsClient
from payments_client.call import Call
from payments_client.models import Health
from pydantic import ValidationError

from tests.clients.serving import COFFEE, serving
from tests.running.raw_server import http, raw_server

Act = Callable[[Any], object]

PLACES: dict[str, Act] = {
    "no such currency": lambda client: client.get_wallet("XXX"),
    "not an id": lambda client: client.get_payment("../wallets?x=1#y"),
    "no id at all": lambda client: client.get_failed_event(""),
}
QUERIES: dict[str, Act] = {
    "no such status": lambda client: client.list_payments(status="paid"),
    "too few": lambda client: client.list_payments(page_size=0),
    "too many": lambda client: client.list_payments(page_size=101),
    "not a number": lambda client: client.list_failed_events(page_size="20"),
    "not a cursor": lambda client: client.list_failed_events(cursor="a b"),
}
KEYS: tuple[Any, ...] = ("", "with space", "ü", "x" * 65, "a\nb", "a\n", 4711)


def paying_with(key: Any) -> Act:
    return lambda client: client.create_payment(COFFEE, idempotency_key=key)


BROKEN = PLACES | QUERIES | {f"the key {key!r:.12}": paying_with(key) for key in KEYS}


@pytest.mark.parametrize("name", BROKEN)
def test_arguments_that_break_the_contract_are_not_sent(name: str) -> None:
    with serving(http(200, {"status": "ok"})) as (client, server), pytest.raises(ValidationError):
        BROKEN[name](client)

    assert server.connections == 0


def test_the_asynchronous_client_does_not_send_them_either() -> None:
    async def read(url: str) -> None:
        async with AsyncPaymentsClient(url) as client:
            with pytest.raises(ValidationError, match="page_size"):
                await client.list_payments(page_size=0)

    with raw_server(http(200, {"items": []})) as server:
        asyncio.run(read(server.url))

    assert server.connections == 0


@pytest.mark.parametrize("page_size", [1, 100])
def test_arguments_that_the_contract_allows_are_sent(page_size: int) -> None:
    with serving(http(200, {"items": []})) as (client, server):
        client.list_payments(status="failed", page_size=page_size, cursor="here_-1")

    line = f"GET /payments?status=failed&page_size={page_size}&cursor=here_-1 HTTP/1.1"
    assert server.requests[0].startswith(line.encode())


def test_a_path_parameter_cannot_change_the_path() -> None:
    places = {"place": "../wallets?x=1#y"}
    call = Call(method="GET", path="/a/{place}", answer=Health, repeatable=True, places=places)

    assert call.url == "/a/..%2Fwallets%3Fx%3D1%23y"


def test_a_base_url_without_a_scheme_is_refused_immediately() -> None:
    with pytest.raises(ValueError, match="must start with http"):
        PaymentsClient("127.0.0.1:8080/v1")
