"""Send each payment at its time, even while earlier ones are still unanswered."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import httpx

TIMEOUT_S: Final = 60.0
CONNECTIONS_MAX: Final = 300


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays, from which wallet."""

    name: str
    token: str
    currency: str


@dataclass(frozen=True, slots=True)
class Sent:
    """One request. `due` is when it should have been sent.

    Latencies count from there, so a sender that is late hides nothing (coordinated omission).
    """

    payer: Payer
    due: datetime
    status: int  # 0: no answer
    accepted_s: float
    payment_id: str | None


def send(
    base_url: str, payers: Sequence[Payer], arrivals: Sequence[float], amount: int
) -> list[Sent]:
    """Return the answers to a payment per arrival; the payers take turns."""
    return asyncio.run(_send(base_url, payers, arrivals, amount))


async def _send(
    base_url: str, payers: Sequence[Payer], arrivals: Sequence[float], amount: int
) -> list[Sent]:
    limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
    async with httpx.AsyncClient(
        base_url=base_url, limits=limits, timeout=TIMEOUT_S, trust_env=False
    ) as client:
        begin_s, begin = time.monotonic(), datetime.now(UTC)
        waiting = [
            _pay(
                client, payers[n % len(payers)], amount, begin + timedelta(seconds=at), begin_s + at
            )
            for n, at in enumerate(arrivals)
        ]
        return list(await asyncio.gather(*waiting))


async def _pay(
    client: httpx.AsyncClient, payer: Payer, amount: int, due: datetime, due_s: float
) -> Sent:
    await asyncio.sleep(max(0.0, due_s - time.monotonic()))
    body = {"amount": {"value": amount, "currency": payer.currency}, "payee": "coffee-shop-42"}
    headers = {"Authorization": f"Bearer {payer.token}", "Idempotency-Key": str(uuid.uuid4())}
    try:
        answer = await client.post("/payments", json=body, headers=headers)
    except httpx.HTTPError:
        return Sent(payer, due, 0, time.monotonic() - due_s, None)
    created = answer.json() if answer.status_code == httpx.codes.CREATED else {}
    took_s = time.monotonic() - due_s
    return Sent(payer, due, answer.status_code, took_s, created.get("payment_id"))
