"""Timeouts of the Python clients: of an answer, and of waiting for a final payment."""

from __future__ import annotations

import asyncio

import pytest
from payments_client import AsyncPaymentsClient, Payment, Retries, StillPending, Unreachable

from tests.clients.serving import COFFEE, CUT, ONCE, PAYMENT, serving
from tests.running.raw_server import Answer, http, raw_server

# Each byte comes in time and the bytes never end during the test, so only the client ends the call.
DRIPS = 10_000
BODY: Answer = [b"HTTP/1.1 200 OK\r\n\r\n", *[b" "] * DRIPS]
HEADERS: Answer = [b"HTTP/1.1 200 OK\r\n", *[b"x: y\r\n"] * DRIPS]
SILENT: Answer = [b"HTTP/1.1 200 OK\r\n", *[b""] * DRIPS]
PENDING = http(200, PAYMENT)
TIMEOUT_S = 0.2


def test_an_answer_that_arrives_byte_by_byte_times_out() -> None:
    with (
        serving(BODY, timeout_s=TIMEOUT_S, retries=ONCE) as (client, _),
        pytest.raises(Unreachable) as caught,
    ):
        client.create_payment(COFFEE)

    assert caught.value.maybe_done


@pytest.mark.parametrize("answer", [BODY, HEADERS], ids=["body", "headers"])
def test_the_asynchronous_client_times_out_whatever_arrives_byte_by_byte(answer: Answer) -> None:
    async def pay(url: str) -> None:
        async with AsyncPaymentsClient(url, timeout_s=TIMEOUT_S, retries=ONCE) as client:
            await client.create_payment(COFFEE)

    with raw_server(answer) as server, pytest.raises(Unreachable) as caught:
        asyncio.run(pay(server.url))

    assert caught.value.maybe_done


@pytest.mark.parametrize("answer", [BODY, SILENT], ids=["answers byte by byte", "never answers"])
def test_waiting_ends_although_the_api(answer: Answer) -> None:
    with serving(PENDING, answer) as (client, _), pytest.raises(StillPending) as caught:
        client.wait_until_final(PAYMENT["payment_id"], timeout_s=TIMEOUT_S)

    assert caught.value.payment.status == "pending"
    assert isinstance(caught.value.__cause__, Unreachable)


def test_waiting_asynchronously_ends_although_the_api_answers_byte_by_byte() -> None:
    async def wait(url: str) -> Payment:
        async with AsyncPaymentsClient(url) as client:
            return await client.wait_until_final(PAYMENT["payment_id"], timeout_s=TIMEOUT_S)

    with raw_server(PENDING, BODY) as server, pytest.raises(StillPending):
        asyncio.run(wait(server.url))


def test_an_api_that_never_answered_is_unreachable_when_waiting_ends() -> None:
    with serving(SILENT) as (client, _), pytest.raises(Unreachable):
        client.wait_until_final(PAYMENT["payment_id"], timeout_s=TIMEOUT_S)


def test_waiting_does_not_retry_after_its_timeout() -> None:
    patient = Retries(delay_first_s=1_000.0, delay_max_s=1_000.0, random=lambda: 1.0)
    with serving(CUT, retries=patient) as (client, server), pytest.raises(Unreachable):
        client.wait_until_final(PAYMENT["payment_id"], timeout_s=TIMEOUT_S)

    assert len(server.requests) == 1


def test_a_final_payment_is_returned_even_with_a_timeout_of_zero() -> None:
    with serving(http(200, PAYMENT | {"status": "completed"})) as (client, _):
        payment = client.wait_until_final(PAYMENT["payment_id"], timeout_s=0.0)

    assert payment.status == "completed"
