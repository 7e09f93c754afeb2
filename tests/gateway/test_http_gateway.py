"""The adapter on the wire: what is sent, how long it waits, how often it tries, what it reads."""

import gzip
import json

import pytest

from handlers.gateway_processor.gateway import (
    Approved,
    Gateway,
    Unknown,
)
from handlers.gateway_processor.http_gateway import (
    ANSWER_BYTES_MAX,
    CALL_TIMEOUT_S,
    CONNECTION_IDLE_MAX_S,
    HttpGateway,
    Limits,
)
from tests.gateway.adapter import Time, a_request, about, gateway_at
from tests.running.gateway import API_KEY, Simulator
from tests.running.raw_server import DOWN, NOT_FOUND, approved, http, raw_server

pytestmark = pytest.mark.gateway_processor


def test_the_adapter_is_a_gateway(simulator: Simulator) -> None:
    gateway: Gateway = simulator.gateway()

    assert isinstance(gateway.charge(a_request("x1")), Approved)


def test_a_charge_is_sent_once_with_its_key_and_body() -> None:
    with raw_server(DOWN) as server:
        gateway_at(server.url).charge(a_request("coffee-shop-42"))

    (request,) = server.requests
    head, _, body = request.decode().partition("\r\n\r\n")
    assert head.startswith("POST /charges HTTP/1.1\r\n")
    assert "Idempotency-Key: pay_1" in head
    assert f"Authorization: Bearer {API_KEY}" in head
    assert json.loads(body) == {
        "amount": {"value": 12_550, "currency": "USD"},
        "payee": "coffee-shop-42",
        "reference": "pay_1",
    }


@pytest.mark.parametrize("operation", ["inquire", "cancel"])
def test_inquire_and_cancel_are_tried_again_with_growing_jittered_pauses(operation: str) -> None:
    time = Time()
    with raw_server(DOWN, DOWN, http(200, approved())) as server:
        answer = getattr(gateway_at(server.url, time, jitter=0.5), operation)(about("pay_1"))

    assert answer == Approved("ch_1")
    assert len(server.requests) == 3
    assert time.pauses == [0.1, 0.2]


def test_inquiring_ends_after_its_attempts() -> None:
    with raw_server(DOWN) as server:
        answer = gateway_at(server.url).inquire(about("pay_1"))

    assert answer == Unknown("it answered 503, urn:problem-type:gateway:unavailable")
    assert len(server.requests) == 3


def test_no_attempt_is_begun_after_the_time_of_the_call() -> None:
    time = Time()
    with raw_server(DOWN) as server:
        gateway = gateway_at(server.url, time, limits=Limits(call_timeout_s=0.25), jitter=0.5)
        answer = gateway.inquire(about("pay_1"))

    assert isinstance(answer, Unknown)
    assert (len(server.requests), time.pauses) == (2, [0.1])


def test_a_redirect_is_not_followed() -> None:
    with raw_server(NOT_FOUND) as elsewhere:
        redirect = http(307, b"", more=f"location: {elsewhere.url}/charges\r\n")
        with raw_server(redirect) as server:
            answer = gateway_at(server.url).charge(a_request("x1"))

    assert answer == Unknown("it answered 307, no problem document")
    assert elsewhere.requests == []


def test_a_large_answer_is_not_read_to_its_end() -> None:
    padded = approved() | {"padding": "x" * ANSWER_BYTES_MAX}
    with raw_server(http(201, padded)) as server:
        answer = gateway_at(server.url).charge(a_request("x1"))

    assert answer == Unknown("its answer is larger than 16384 bytes")


def test_an_answer_that_drips_ends_with_the_time_of_the_call() -> None:
    head = b"HTTP/1.1 201 X\r\ncontent-type: application/json\r\ncontent-length: 9999\r\n\r\n"
    with raw_server([head, *[b" "] * 9999]) as server:
        limits = Limits(call_timeout_s=0.1)
        gateway = HttpGateway(server.url, lambda: API_KEY, limits=limits)
        answer = gateway.charge(a_request("x1"))

    assert answer == Unknown("its answer did not end in time")


def test_an_answer_that_breaks_off_is_unknown() -> None:
    whole = http(201, approved(), more="connection: close\r\n")
    with raw_server(whole[:-5]) as server:
        answer = gateway_at(server.url).charge(a_request("x1"))

    assert answer == Unknown("no answer: ProtocolError")


def test_an_answer_that_is_compressed_unasked_is_unknown() -> None:
    body = gzip.compress(json.dumps(approved()).encode())
    with raw_server(http(201, body, more="content-encoding: gzip\r\n")) as server:
        answer = gateway_at(server.url).charge(a_request("x1"))

    assert answer == Unknown("it answered 201 with a body that is not valid JSON")


def test_something_that_is_not_http_is_unknown() -> None:
    with raw_server(b"SSH-2.0-OpenSSH_9.6\r\nconnection: close\r\n\r\n") as server:
        answer = gateway_at(server.url).charge(a_request("x1"))

    assert answer == Unknown("no answer: ProtocolError")


def test_a_gateway_that_cannot_be_reached_is_unknown() -> None:
    with raw_server(DOWN) as server:
        url = server.url

    assert gateway_at(url).charge(a_request("x1")) == Unknown("no answer: NewConnectionError")


def test_a_gateway_that_does_not_speak_tls_is_unknown() -> None:
    with raw_server(b"nonsense") as server:
        url = server.url.replace("http://", "https://")
        answer = gateway_at(url, limits=Limits(connect_timeout_s=0.2)).charge(a_request("x1"))

    assert isinstance(answer, Unknown)


def test_a_connection_is_used_again_but_not_after_it_was_idle() -> None:
    time = Time()
    with raw_server(NOT_FOUND) as server:
        gateway = gateway_at(server.url, time)
        gateway.inquire(about("pay_1"))
        gateway.inquire(about("pay_2"))
        connections_at_once = server.connections
        time.now += CONNECTION_IDLE_MAX_S + 1
        gateway.inquire(about("pay_3"))

    assert (connections_at_once, server.connections) == (1, 2)


def test_a_key_is_quoted_where_it_becomes_part_of_a_path() -> None:
    with raw_server(NOT_FOUND) as server:
        gateway_at(server.url + "/v1/").inquire(about("../simulator/charges?x"))

    assert server.requests[0].startswith(b"GET /v1/charges/..%2Fsimulator%2Fcharges%3Fx HTTP/1.1")


@pytest.mark.parametrize(
    "url",
    ["http://gateway.example.com", "ftp://gateway.example.com", "gateway.example.com", "https://"],
)
def test_an_address_to_which_no_secret_may_be_sent_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="GATEWAY_URL must be an https:// address"):
        gateway_at(url)


def test_one_call_fits_well_into_a_lambda_invocation() -> None:
    assert CALL_TIMEOUT_S <= 5
