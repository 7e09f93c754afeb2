"""What `wallet.funds_deducted` carries (specs/asyncapi.yaml)."""

from generated.common import Money, PaymentId, UserId
from generated.contract import Model


class WalletFundsDeducted(Model):
    """The reserved amount left the wallet."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
