"""The API key: fetched late, renewed when refused, never shown; and requests that are refused."""

import traceback
from collections.abc import Callable

import pytest

from handlers.core.errors import Permanent, Retryable
from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
)
from handlers.gateway_processor.http_gateway import (
    Limits,
)
from tests.gateway.adapter import a_request, about, gateway_at
from tests.running.gateway import API_KEY, Simulator
from tests.running.raw_server import NOT_FOUND, http, raw_server

pytestmark = pytest.mark.gateway_processor


def test_the_key_is_fetched_at_the_first_call_and_kept() -> None:
    fetched: list[str] = []

    def fetch() -> str:
        fetched.append("once")
        return API_KEY

    with raw_server(NOT_FOUND) as server:
        gateway = gateway_at(server.url, api_key=fetch)
        fetched_when_made = list(fetched)
        gateway.inquire(about("pay_1"))
        gateway.inquire(about("pay_2"))

    assert (fetched_when_made, fetched) == ([], ["once"])


def test_a_refused_key_is_retryable_and_fetched_anew(simulator: Simulator) -> None:
    keys = iter(["sk_before_rotation", API_KEY])
    gateway = gateway_at(simulator.url, api_key=lambda: next(keys))

    with pytest.raises(Retryable, match=r"refused the API key \(401\).*check the gateway's secret"):
        gateway.charge(a_request("x1"))

    assert isinstance(gateway.charge(a_request("x1")), Approved)
    assert simulator.recorded("pay_1")["charged"] == 1


def test_a_request_that_the_gateway_refuses_is_permanent(simulator: Simulator) -> None:
    gateway = simulator.gateway()
    gateway.charge(a_request("x1", value=100))

    with pytest.raises(Permanent, match="422, urn:problem-type:gateway:idempotency-key-reused"):
        gateway.charge(a_request("x1", value=101))

    assert simulator.totals()["charged_value"] == {"USD": 100}


@pytest.mark.parametrize("key", [f"{API_KEY}\n", f'"{API_KEY}"', f"{API_KEY} ", "", "sk_é"])
def test_a_key_that_is_not_a_bearer_token_is_never_sent_or_shown(key: str) -> None:
    with raw_server(NOT_FOUND) as server:
        with pytest.raises(Retryable, match="is not a bearer token") as refused:
            gateway_at(server.url, api_key=lambda: key).inquire(about("pay_1"))
        shown = "".join(traceback.format_exception(refused.value))

    assert server.requests == []
    assert API_KEY not in shown


@pytest.mark.parametrize(
    "answer",
    [
        http(401, {"detail": f"wrong key {API_KEY}"}),
        http(422, {"type": API_KEY, "detail": f"Bearer {API_KEY}"}),
        http(500, {"detail": f"Bearer {API_KEY}"}, "application/problem+json"),
        http(200, {"status": API_KEY}),
        API_KEY.encode() + b" connection: close\r\n\r\n",
        b"HTTP/1.1 200 X\r\ncontent-length: " + API_KEY.encode() + b"\r\n\r\n",
    ],
)
def test_the_key_is_never_shown_even_if_the_gateway_quotes_it(answer: bytes) -> None:
    shown = ""
    with raw_server(answer) as server:
        gateway = gateway_at(server.url, limits=Limits(read_timeout_s=0.2))
        questions: list[Callable[[], Answer]] = [
            lambda: gateway.charge(a_request("x1")),
            lambda: gateway.cancel(about("pay_1")),
        ]
        for ask in questions:
            try:
                shown += repr(ask())
            except (Retryable, Permanent) as fault:
                shown += "".join(traceback.format_exception(fault))
        shown += repr(gateway) + repr(gateway.open_circuits)

    assert API_KEY.encode() in server.requests[0]
    assert API_KEY not in shown
