"""What decisions are made on is read as it stands now, never a moment ago; a list may lag."""

from collections.abc import Callable
from typing import Any

import pytest

from handlers.error_handler.store import FailedEvents
from handlers.gateway_processor.store import Charges
from handlers.payment_orchestrator.store import Payments
from handlers.wallet_service.store import Wallets
from tests.builders import PAY_1
from tests.runtime.fakes import Client, always

READS: dict[str, Callable[[Any], Any]] = {
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

    READS[what](client)

    ((_, request),) = client.calls
    assert request.get("RequestItems", {}).get("t", request)["ConsistentRead"] is True
