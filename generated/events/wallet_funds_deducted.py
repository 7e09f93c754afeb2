"""What `wallet.funds_deducted` carries (specs/asyncapi.yaml)."""

from generated.common import Money, PaymentId, UserId
from generated.model import Model


class WalletFundsDeducted(Model):
    """The reserved amount left the wallet."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
