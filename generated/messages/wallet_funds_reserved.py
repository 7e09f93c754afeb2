"""`wallet.funds_reserved` with its envelope, in `wallet.funds_reserved` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.wallet_funds_reserved import WalletFundsReserved


class WalletFundsReservedMessage(CloudEvent):
    """`wallet.funds_reserved` from wallet-service."""

    source: Literal["wallet-service"]
    type: Literal["wallet.funds_reserved"]
    data: WalletFundsReserved
