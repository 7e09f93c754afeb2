"""Each operation of the contract, called once by the Python client against the running API."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from payments_client import (
    AsyncPaymentsClient,
    DepositRequest,
    Money,
    Payment,
    PaymentRequest,
    Review,
)
from pydantic import BaseModel

from generated.catalogue import OPERATIONS
from infra.generate.names import snake
from tests.clients.live import Live

pytestmark = pytest.mark.xdist_group("local-stack")

COFFEE = PaymentRequest(amount=Money(value=450, currency="EUR"), payee="coffee-shop-42")
NOTE = Review(note="Looked at")
Arguments = tuple[Any, ...]

# Operation → how it is called. A new operation of the contract needs a line here.
CALLS: dict[str, Callable[[Live], Arguments]] = {
    "createPayment": lambda _: (COFFEE,),
    "listPayments": lambda _: (),
    "getPayment": lambda live: (paid(live).payment_id,),
    "listWallets": lambda _: (),
    "getWallet": lambda _: ("EUR",),
    "createDeposit": lambda _: (
        "EUR",
        DepositRequest(amount=Money(value=1_000, currency="EUR"), user_id="somebody"),
    ),
    "listFailedEvents": lambda _: (),
    "getFailedEvent": lambda live: (live.parked_event().failed_event_id,),
    "redriveFailedEvent": lambda live: (live.parked_event().failed_event_id, NOTE),
    "discardFailedEvent": lambda live: (live.parked_event().failed_event_id, NOTE),
    "getHealth": lambda _: (),
}


def paid(live: Live) -> Payment:
    with live.client("alice") as alice:
        return alice.create_payment(COFFEE)


def caller(operation_id: str) -> str:
    return "olivia" if OPERATIONS[operation_id].roles else "alice"


def test_every_operation_of_the_contract_is_called_here() -> None:
    assert CALLS.keys() == OPERATIONS.keys()


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_the_client_calls_the_operation(live: Live, operation_id: str) -> None:
    with live.client(caller(operation_id)) as client:
        answer = getattr(client, snake(operation_id))(*CALLS[operation_id](live))

    assert isinstance(answer, BaseModel)


@pytest.mark.parametrize("operation_id", OPERATIONS)
def test_the_asynchronous_client_calls_the_operation(live: Live, operation_id: str) -> None:
    arguments = CALLS[operation_id](live)

    async def call() -> object:
        token = live.tokens[caller(operation_id)]
        async with AsyncPaymentsClient(live.base_url, token) as client:
            return await getattr(client, snake(operation_id))(*arguments)

    assert isinstance(asyncio.run(call()), BaseModel)
