"""`wallet.funds_reserved` as it travels: a CloudEvent, one class per channel (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.wallet_funds_reserved import (
    WalletFundsReserved,
    WalletFundsReservedAtExpiry,
)


class WalletFundsReservedMessage(CloudEvent):
    """`wallet.funds_reserved` from wallet-service."""

    source: Literal["wallet-service"]
    type: Literal["wallet.funds_reserved"]
    data: WalletFundsReserved


class WalletFundsReservedAtExpiryMessage(CloudEvent):
    """`wallet.funds_reserved` from wallet-service, the copy that arrives late through `wallet.funds_reserved.at-expiry`."""

    source: Literal["wallet-service"]
    type: Literal["wallet.funds_reserved"]
    data: WalletFundsReservedAtExpiry
