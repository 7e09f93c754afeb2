"""What is sent again, when, and what is not: against a server that answers as each test says."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from payments_client import (
    AsyncPaymentsClient,
    Conflict,
    InternalError,
    Money,
    PaymentRequest,
    PaymentsClient,
    PaymentsError,
    Review,
    TooManyRequests,
    UnexpectedAnswer,
    Unreachable,
)

from infra.local.processes import free_port
from tests.clients.serving import FAST, ONCE, serving
from tests.gateway.raw_server import Answer, RawServer, http, raw_server

COFFEE = PaymentRequest(amount=Money(value=450, currency="EUR"), payee="coffee-shop-42")
NOTE = Review(note="Looked at")
FAILED_EVENT = "fev_" + "a" * 26
CUT: Answer = ()  # the connection ends without an answer
SLOW: Answer = [b"HTTP/1.1 200 OK\r\n", *[b""] * 1_000]
OK = http(200, {"status": "ok"})
PAYMENT: dict[str, Any] = {
    "payment_id": "pay_" + "a" * 26,
    "status": "pending",
    "amount": {"value": 450, "currency": "EUR"},
    "payee": "coffee-shop-42",
    "created_at": "2026-03-01T12:00:00.000Z",
    "updated_at": "2026-03-01T12:00:00.000Z",
    "expires_at": "2026-03-01T12:15:00.000Z",
}


def problem(status: int, slug: str) -> bytes:
    document = {
        "type": f"urn:problem-type:payments:{slug}",
        "title": "t",
        "status": status,
        "detail": "d",
    }
    return http(status, document, "application/problem+json")


BUSY = problem(429, "too-many-requests")
DOWN = problem(503, "temporarily-unavailable")
LATE = problem(504, "timeout")
FOREIGN = http(502, b"<html>", "text/html")


def keys(server: RawServer) -> list[bytes]:
    return [
        line
        for request in server.requests
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"idempotency-key:")
    ]


@pytest.mark.parametrize(
    "failure", [BUSY, DOWN, LATE, FOREIGN, CUT], ids=["429", "503", "504", "502", "cut"]
)
def test_a_passing_failure_is_tried_again_with_the_same_key(failure: Answer) -> None:
    with serving(failure, failure, http(201, PAYMENT)) as (client, server):
        payment = client.create_payment(COFFEE)

    assert payment.payment_id == PAYMENT["payment_id"]
    assert len(keys(server)) == 3
    assert len(set(keys(server))) == 1


def test_the_asynchronous_client_tries_again_too() -> None:
    async def pay(url: str) -> str:
        async with AsyncPaymentsClient(url, retries=FAST) as client:
            return (await client.create_payment(COFFEE)).payment_id

    with raw_server(DOWN, CUT, http(201, PAYMENT)) as server:
        assert asyncio.run(pay(server.url)) == PAYMENT["payment_id"]

    assert len(keys(server)) == 3
    assert len(set(keys(server))) == 1


def test_attempts_are_bounded_and_the_last_failure_is_raised() -> None:
    with serving(DOWN, DOWN, DOWN, BUSY) as (client, server), pytest.raises(TooManyRequests):
        client.get_health()

    assert len(server.requests) == 4


@pytest.mark.parametrize("failure", [DOWN, LATE, CUT], ids=["503", "504", "cut"])
def test_what_carries_no_key_is_not_sent_again_when_it_may_have_been_done(failure: Answer) -> None:
    with serving(failure, OK) as (client, server), pytest.raises(PaymentsError):
        client.discard_failed_event(FAILED_EVENT, NOTE)

    assert len(server.requests) == 1


def test_what_carries_no_key_is_sent_again_when_it_was_refused_before_it_was_done() -> None:
    with serving(BUSY, problem(409, "conflict")) as (client, server), pytest.raises(Conflict):
        client.discard_failed_event(FAILED_EVENT, NOTE)

    assert len(server.requests) == 2


def test_a_fault_that_may_last_is_not_tried_again() -> None:
    broken = problem(500, "internal-error")
    with serving(broken) as (client, server), pytest.raises(InternalError):
        client.get_health()

    assert len(server.requests) == 1


def test_a_server_that_is_not_there_was_not_reached() -> None:
    nobody = f"http://127.0.0.1:{free_port()}"
    with PaymentsClient(nobody, retries=FAST) as client, pytest.raises(Unreachable) as caught:
        client.create_payment(COFFEE)

    assert not caught.value.maybe_done
    assert "it was not sent" in str(caught.value)


def test_an_answer_that_takes_too_long_leaves_the_outcome_open() -> None:
    with (
        serving(SLOW, timeout_s=0.1, retries=ONCE) as (client, _),
        pytest.raises(Unreachable) as caught,
    ):
        client.create_payment(COFFEE)

    assert caught.value.maybe_done
    assert "it may have been done" in str(caught.value)


def test_an_answer_that_breaks_the_contract_is_not_a_payment() -> None:
    paid = http(201, PAYMENT | {"status": "paid"})
    with serving(paid) as (client, server), pytest.raises(UnexpectedAnswer) as caught:
        client.create_payment(COFFEE)

    assert caught.value.status == 201
    assert "was carried out" in str(caught.value)
    assert len(server.requests) == 1


def test_an_answer_may_grow() -> None:
    grown = PAYMENT | {"amount": {"value": 450, "currency": "EUR", "minor": True}, "new": []}
    with serving(http(201, grown)) as (client, _):
        assert client.create_payment(COFFEE).amount.value == 450


def test_a_token_is_asked_for_before_each_attempt() -> None:
    tokens = iter(["first", "second"])
    wallets = http(200, {"items": []})
    with serving(DOWN, wallets, token=lambda: next(tokens)) as (client, server):
        client.list_wallets()

    assert b"Bearer first" in server.requests[0]
    assert b"Bearer second" in server.requests[1]


def test_no_token_is_sent_where_none_is_wanted() -> None:
    with serving(OK, token="secret") as (client, server):
        client.get_health()

    assert b"secret" not in server.requests[0]


def test_a_list_that_does_not_move_on_ends() -> None:
    page = http(200, {"items": [], "next_cursor": "here"})
    with serving(page) as (client, server), pytest.raises(UnexpectedAnswer, match="names itself"):
        list(client.iter_payments())

    assert len(server.requests) == 2


def test_what_stands_in_a_path_stays_in_its_place() -> None:
    with serving(problem(404, "not-found")) as (client, server), pytest.raises(PaymentsError):
        client.get_payment("../wallets?x=1#y")

    assert server.requests[0].startswith(b"GET /payments/..%2Fwallets%3Fx%3D1%23y HTTP/1.1")


@pytest.mark.parametrize("key", ["", "with space", "ü", "x" * 65, "a\nb"])
def test_a_key_that_the_contract_refuses_is_not_sent(key: str) -> None:
    with (
        serving(OK) as (client, server),
        pytest.raises(ValueError, match="idempotency_key must match"),
    ):
        client.create_payment(COFFEE, idempotency_key=key)

    assert server.connections == 0


def test_a_base_url_without_a_scheme_is_refused_at_once() -> None:
    with pytest.raises(ValueError, match="must start with http"):
        PaymentsClient("127.0.0.1:8080/v1")
