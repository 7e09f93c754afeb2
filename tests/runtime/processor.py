"""gateway-processor with a fake gateway and a table in this process."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generated.services.gateway_processor import GATEWAY_PROCESSOR_RECEIVES
from handlers.core.errors import Failure
from handlers.gateway_processor.consumer import react
from handlers.gateway_processor.store import Charges
from tests.builders import ENVIRONMENT, VirtualTime, travelling
from tests.in_memory.gateway import FakeGateway
from tests.stores.cloud import Cloud

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient


def message(event: Any) -> Any:
    slugs = {
        "WalletFundsReserved": "wallet-funds_reserved",
        "WalletFundsReservedAtExpiry": "wallet-funds_reserved-at-expiry",
    }
    model = GATEWAY_PROCESSOR_RECEIVES[slugs[type(event).__name__]]
    return model.model_validate_json(travelling(event))


@dataclass
class Processor:
    """gateway-processor, its gateway and its table."""

    cloud: Cloud
    time: VirtualTime
    gateway: FakeGateway

    def receive(self, event: Any, dynamodb: DynamoDBClient | None = None) -> str:
        """Return the note of the decision, or the name of the failure's class."""
        charges = Charges(dynamodb or self.cloud.dynamodb, ENVIRONMENT["CHARGES_TABLE"])
        try:
            return react(charges, self.gateway, self.time.clock(), message(event))
        except Failure as failure:
            return type(failure).__name__

    @property
    def status(self) -> str:
        items = self.cloud.plain("charges")
        return items[0]["status"] if items else "none"

    @property
    def announced(self) -> str | None:
        (item,) = self.cloud.plain("charges")
        return json.loads(item["outbox"])["type"] if "outbox" in item else None
