"""Retries of the Python client, against a server with scripted answers."""

from __future__ import annotations

import asyncio
import pickle

import pytest
from payments_client import (
    AsyncPaymentsClient,
    Conflict,
    InternalError,
    PaymentsClient,
    PaymentsError,
    Review,
    TooManyRequests,
    UnexpectedAnswer,
    Unreachable,
)

from infra.local.processes import free_port
from tests.clients.serving import COFFEE, CUT, FAST, ONCE, PAYMENT, keys, serving
from tests.running.raw_server import Answer, http, raw_server

NOTE = Review(note="Looked at")
FAILED_EVENT = "fev_" + "a" * 26
SLOW: Answer = [b"HTTP/1.1 200 OK\r\n", *[b""] * 1_000]
OK = http(200, {"status": "ok"})


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


@pytest.mark.parametrize(
    "failure", [BUSY, DOWN, LATE, FOREIGN, CUT], ids=["429", "503", "504", "502", "cut"]
)
def test_a_temporary_failure_is_retried_with_the_same_key(failure: Answer) -> None:
    with serving(failure, failure, http(201, PAYMENT)) as (client, server):
        payment = client.create_payment(COFFEE)

    assert payment.payment_id == PAYMENT["payment_id"]
    assert len(keys(server)) == 3
    assert len(set(keys(server))) == 1


def test_the_asynchronous_client_retries_too() -> None:
    async def pay(url: str) -> str:
        async with AsyncPaymentsClient(url, retries=FAST) as client:
            return (await client.create_payment(COFFEE)).payment_id

    with raw_server(DOWN, CUT, http(201, PAYMENT)) as server:
        assert asyncio.run(pay(server.url)) == PAYMENT["payment_id"]

    assert len(keys(server)) == 3
    assert len(set(keys(server))) == 1


def test_attempts_are_limited_and_the_last_failure_is_raised() -> None:
    with serving(DOWN, DOWN, DOWN, BUSY) as (client, server), pytest.raises(TooManyRequests):
        client.get_health()

    assert len(server.requests) == 4


@pytest.mark.parametrize("failure", [DOWN, LATE, CUT], ids=["503", "504", "cut"])
def test_a_call_without_a_key_is_not_retried_when_it_may_have_been_carried_out(
    failure: Answer,
) -> None:
    with serving(failure, OK) as (client, server), pytest.raises(PaymentsError):
        client.discard_failed_event(FAILED_EVENT, NOTE)

    assert len(server.requests) == 1


def test_a_call_without_a_key_is_retried_when_it_was_refused_before_any_work() -> None:
    with serving(BUSY, problem(409, "conflict")) as (client, server), pytest.raises(Conflict):
        client.discard_failed_event(FAILED_EVENT, NOTE)

    assert len(server.requests) == 2


@pytest.mark.parametrize("failure", [DOWN, LATE, CUT], ids=["503", "504", "cut"])
def test_a_failed_call_can_be_repeated_with_the_key_of_its_error(
    failure: Answer,
) -> None:
    with serving(failure, http(201, PAYMENT), retries=ONCE) as (client, server):
        with pytest.raises(PaymentsError) as caught:
            client.create_payment(COFFEE)
        client.create_payment(COFFEE, idempotency_key=caught.value.idempotency_key)

    assert keys(server) == [caught.value.idempotency_key] * 2


def test_an_error_of_the_asynchronous_client_has_the_key_too() -> None:
    async def pay(url: str) -> str | None:
        async with AsyncPaymentsClient(url, retries=ONCE) as client:
            with pytest.raises(Unreachable) as caught:
                await client.create_payment(COFFEE)
            return caught.value.idempotency_key

    with raw_server(CUT) as server:
        assert [asyncio.run(pay(server.url))] == keys(server)


def test_an_error_has_the_key_that_the_caller_passed() -> None:
    with serving(BUSY, retries=ONCE) as (client, _), pytest.raises(TooManyRequests) as caught:
        client.create_payment(COFFEE, idempotency_key="order-4711")

    assert caught.value.idempotency_key == "order-4711"
    copied = pickle.loads(pickle.dumps(caught.value))  # noqa: S301 - our own bytes
    assert copied.idempotency_key == "order-4711"


def test_an_error_of_a_call_without_a_key_has_none() -> None:
    with serving(CUT, retries=ONCE) as (client, _), pytest.raises(Unreachable) as caught:
        client.discard_failed_event(FAILED_EVENT, NOTE)

    assert caught.value.idempotency_key is None


def test_a_permanent_failure_is_not_retried() -> None:
    broken = problem(500, "internal-error")
    with serving(broken) as (client, server), pytest.raises(InternalError):
        client.get_health()

    assert len(server.requests) == 1


def test_a_request_to_an_absent_server_was_not_sent() -> None:
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
    assert "it may have been carried out" in str(caught.value)


def test_an_answer_that_breaks_the_contract_is_not_a_payment() -> None:
    paid = http(201, PAYMENT | {"status": 7})
    with serving(paid) as (client, server), pytest.raises(UnexpectedAnswer) as caught:
        client.create_payment(COFFEE)

    assert caught.value.status == 201
    assert "was carried out" in str(caught.value)
    assert len(server.requests) == 1


def test_an_answer_may_have_unknown_fields() -> None:
    grown = PAYMENT | {"amount": {"value": 450, "currency": "EUR", "minor": True}, "new": []}
    with serving(http(201, grown)) as (client, _):
        assert client.create_payment(COFFEE).amount.value == 450


def test_the_token_function_is_called_before_each_attempt() -> None:
    tokens = iter(["first", "second"])
    wallets = http(200, {"items": []})
    with serving(DOWN, wallets, token=lambda: next(tokens)) as (client, server):
        client.list_wallets()

    assert b"Bearer first" in server.requests[0]
    assert b"Bearer second" in server.requests[1]


def test_no_token_is_sent_to_an_operation_without_security() -> None:
    with serving(OK, token="secret") as (client, server):
        client.get_health()

    assert b"secret" not in server.requests[0]


def test_a_list_that_repeats_a_page_ends() -> None:
    page = http(200, {"items": [], "next_cursor": "here"})
    with serving(page) as (client, server), pytest.raises(UnexpectedAnswer, match="names itself"):
        list(client.iter_payments())

    assert len(server.requests) == 2
