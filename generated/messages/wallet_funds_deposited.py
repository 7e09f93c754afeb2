"""`wallet.funds_deposited` with its envelope, in `wallet.funds_deposited` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.wallet_funds_deposited import WalletFundsDeposited


class WalletFundsDepositedMessage(CloudEvent):
    """`wallet.funds_deposited` from wallet-service."""

    source: Literal["wallet-service"]
    type: Literal["wallet.funds_deposited"]
    data: WalletFundsDeposited
