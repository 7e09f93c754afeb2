"""What `wallet.funds_released` carries (specs/asyncapi.yaml)."""

from generated.common import Money, PaymentId, ReasonCode, UserId
from generated.model import Model


class WalletFundsReleased(Model):
    """The reserved amount is available again."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: ReasonCode
