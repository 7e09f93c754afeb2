"""The first money of a local stack: an operator's deposits, through the public API."""

from __future__ import annotations

import time
from typing import Final

import httpx

from infra.local import people
from infra.local.http import http
from infra.local.processes import LocalError
from infra.local.stack import LocalStack

WELCOME: Final = (("USD", 100_000), ("EUR", 50_000))  # minor units
ATTEMPTS_MAX = 5


def fund(stack: LocalStack, name: str) -> None:
    """Deposit the welcome money once: its Idempotency-Key is always the same."""
    user_id = people.user_id(stack.aws, stack.outputs, name)
    for currency, value in WELCOME:
        amount = {"value": value, "currency": currency}
        answer = _post(
            f"{stack.base_url}/wallets/{currency}/deposits",
            body={"amount": amount, "user_id": user_id},
            headers={
                "Authorization": f"Bearer {stack.token('olivia')}",
                "Idempotency-Key": f"welcome-{name}-{currency}",
            },
        )
        if answer.status_code != httpx.codes.CREATED:
            raise LocalError(f"The deposit of {currency} was refused: {answer.text}")


def _post(url: str, body: dict[str, object], headers: dict[str, str]) -> httpx.Response:
    """Try again while the answer is a passing fault: the key makes that safe."""
    for attempt in range(1, ATTEMPTS_MAX + 1):
        answer = http().post(url, json=body, headers=headers)
        if not answer.is_server_error:
            break
        time.sleep(attempt / 5)
    return answer
