"""Journeys of several calls: pay and wait, read all pages, repeat a request."""

from __future__ import annotations

import asyncio
import uuid

import httpx
import pytest
from payments_client import (
    AsyncPaymentsClient,
    IdempotencyKeyReused,
    Money,
    PaymentRequest,
    StillPending,
    Unreachable,
)

from tests.clients.live import Live
from tests.clients.serving import ONCE

pytestmark = pytest.mark.xdist_group("local-stack")


def coffee(value: int = 450, payee: str = "coffee-shop-42") -> PaymentRequest:
    return PaymentRequest(amount=Money(value=value, currency="EUR"), payee=payee)


def test_a_payment_is_waited_for_until_it_is_completed(live: Live) -> None:
    with live.client("alice") as alice:
        payment = alice.wait_until_final(alice.create_payment(coffee()))

    assert payment.status == "completed"


def test_a_declined_payment_has_the_decline_code(live: Live) -> None:
    with live.client("alice") as alice:
        created = alice.create_payment(coffee(payee="payee_decline_do_not_honor"))

        payment = alice.wait_until_final(created.payment_id)

    assert (payment.status, payment.failure_code) == ("failed", "do_not_honor")


def test_waiting_ends_at_the_callers_timeout(live: Live) -> None:
    with live.client("alice") as alice:
        created = alice.create_payment(coffee(payee="payee_slow"))

        with pytest.raises(StillPending) as caught:
            alice.wait_until_final(created, timeout_s=0.0)

    assert caught.value.payment.payment_id == created.payment_id


def test_the_same_key_returns_the_same_payment(live: Live) -> None:
    with live.client("alice") as alice:
        first = alice.create_payment(coffee(), idempotency_key="order-4711")

        again = alice.create_payment(coffee(), idempotency_key="order-4711")

        assert again.payment_id == first.payment_id
        with pytest.raises(IdempotencyKeyReused):
            alice.create_payment(coffee(value=999), idempotency_key="order-4711")


def test_a_payment_whose_answer_was_lost_is_repeated_and_stays_one_payment(live: Live) -> None:
    def lose(_: httpx.Response) -> None:
        raise httpx.ReadError("lost")

    request = coffee(payee=f"shop-{uuid.uuid4()}")
    with (
        httpx.Client(event_hooks={"response": [lose]}) as losing,
        live.client("alice", http=losing, retries=ONCE) as alice,
        pytest.raises(Unreachable) as caught,
    ):
        alice.create_payment(request)

    with live.client("alice") as alice:
        again = alice.create_payment(request, idempotency_key=caught.value.idempotency_key)
        alice.wait_until_final(again)
        made = [p.payment_id for p in alice.iter_payments() if p.payee == request.payee]

    assert caught.value.maybe_done
    assert made == [again.payment_id]


def test_without_a_key_each_call_is_a_payment_of_its_own(live: Live) -> None:
    with live.client("alice") as alice:
        made = {alice.create_payment(coffee()).payment_id for _ in range(2)}

    assert len(made) == 2


def test_pages_are_read_one_after_the_other(live: Live) -> None:
    with live.client("alice") as alice:
        made = [alice.wait_until_final(alice.create_payment(coffee())) for _ in range(3)]

        listed = [p.payment_id for p in alice.iter_payments(page_size=2)]

    assert [p.payment_id for p in reversed(made)] == listed[:3]
    assert len(listed) == len(set(listed))


def test_the_asynchronous_client_pays_waits_and_reads_pages(live: Live) -> None:
    async def journey() -> tuple[str, list[str]]:
        async with AsyncPaymentsClient(live.base_url, fresh_token) as alice:
            paid = await alice.wait_until_final(await alice.create_payment(coffee()))
            pages = alice.iter_payments(status="completed", page_size=1)
            return paid.payment_id, [payment.payment_id async for payment in pages]

    async def fresh_token() -> str:
        return live.tokens["alice"]

    paid, listed = asyncio.run(journey())

    assert listed[0] == paid
