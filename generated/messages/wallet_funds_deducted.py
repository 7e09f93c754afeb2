"""`wallet.funds_deducted` with its envelope, in `wallet.funds_deducted` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.wallet_funds_deducted import WalletFundsDeducted


class WalletFundsDeductedMessage(CloudEvent):
    """`wallet.funds_deducted` from wallet-service."""

    source: Literal["wallet-service"]
    type: Literal["wallet.funds_deducted"]
    data: WalletFundsDeducted
