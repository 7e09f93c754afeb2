"""A Python client with a scripted API, and the answers of that API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from payments_client import Money, PaymentRequest, PaymentsClient, Retries

from tests.running.raw_server import Answer, RawServer, raw_server

FAST = Retries(delay_first_s=0.001, delay_max_s=0.001)
ONCE = Retries(attempts_max=1)
COFFEE = PaymentRequest(amount=Money(value=450, currency="EUR"), payee="coffee-shop-42")
CUT: Answer = ()  # the connection ends without an answer
PAYMENT: dict[str, Any] = {
    "payment_id": "pay_" + "a" * 26,
    "status": "pending",
    "amount": {"value": 450, "currency": "EUR"},
    "payee": "coffee-shop-42",
    "created_at": "2026-03-01T12:00:00.000Z",
    "updated_at": "2026-03-01T12:00:00.000Z",
    "expires_at": "2026-03-01T12:15:00.000Z",
}


@contextmanager
def serving(
    *answers: Answer, retries: Retries = FAST, **options: Any
) -> Iterator[tuple[PaymentsClient, RawServer]]:
    """Yield a client and its server; the last answer repeats."""
    with (
        raw_server(*answers) as server,
        PaymentsClient(server.url, retries=retries, **options) as client,
    ):
        yield client, server


def keys(server: RawServer) -> list[str]:
    """Return the Idempotency-Key of each request that has one."""
    return [
        line.partition(b": ")[2].decode()
        for request in server.requests
        for line in request.split(b"\r\n")
        if line.lower().startswith(b"idempotency-key:")
    ]
