"""`wallet.funds_reserved` with its envelope, in `wallet.funds_reserved.at-expiry` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.wallet_funds_reserved_at_expiry import WalletFundsReservedAtExpiry


class WalletFundsReservedAtExpiryMessage(CloudEvent):
    """`wallet.funds_reserved` from wallet-service, the delayed copy."""

    source: Literal["wallet-service"]
    type: Literal["wallet.funds_reserved"]
    data: WalletFundsReservedAtExpiry
