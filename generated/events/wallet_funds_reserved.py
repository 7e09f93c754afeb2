"""What `wallet.funds_reserved` carries (specs/asyncapi.yaml)."""

from generated.common import Money, Payee, PaymentId, Timestamp, UserId
from generated.model import Model


class WalletFundsReserved(Model):
    """The amount is set aside in the payer's wallet until the payment is decided. A question: whoever has already acted answers again."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    payee: Payee
    expires_at: Timestamp
    """After this moment nobody may begin to reserve or charge."""
