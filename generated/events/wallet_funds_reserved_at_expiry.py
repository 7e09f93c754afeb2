"""Data of `wallet.funds_reserved.at-expiry` (specs/asyncapi.yaml)."""

from generated.common import Money, Payee, PaymentId, Timestamp, UserId
from generated.model import Model


class WalletFundsReservedAtExpiry(Model):
    """A second copy of wallet.funds_reserved that arrives when the reservation expires."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    payee: Payee
    expires_at: Timestamp
    """After this time no service may start to reserve or charge."""
