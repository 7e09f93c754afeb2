"""Decisions are made on strongly consistent reads; a list may lag."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from handlers.error_handler.store import FailedEvents
from handlers.gateway_processor.store import Charges
from handlers.payment_orchestrator.store import Payments
from handlers.wallet_service.store import Wallets
from tests.builders import PAY_1
from tests.runtime.fakes import Client, always

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

READS: dict[str, Callable[[DynamoDBClient], object]] = {
    "a payment": lambda client: Payments(client, "t").fetch(PAY_1),
    "a charge": lambda client: Charges(client, "t").fetch(PAY_1),
    "a wallet": lambda client: Wallets(client, "t").balance("alice#USD"),
    "wallets": lambda client: Wallets(client, "t").fetch("alice#USD", [PAY_1]),
    "a deposit": lambda client: Wallets(client, "t").fetch_deposit("dep_1", "alice#USD"),
    "a failed event": lambda client: FailedEvents(client, "t").fetch("fev_1"),
}


@pytest.mark.parametrize("what", READS)
def test_every_read_of_a_state_is_strongly_consistent(what: str) -> None:
    client = Client({"batch_get_item": always({"Responses": {}})})

    READS[what](client.dynamodb)

    ((_, request),) = client.calls
    assert request.get("RequestItems", {}).get("t", request)["ConsistentRead"] is True
