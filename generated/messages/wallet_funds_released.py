"""`wallet.funds_released` with its envelope, in `wallet.funds_released` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.wallet_funds_released import WalletFundsReleased


class WalletFundsReleasedMessage(CloudEvent):
    """`wallet.funds_released` from wallet-service."""

    source: Literal["wallet-service"]
    type: Literal["wallet.funds_released"]
    data: WalletFundsReleased
