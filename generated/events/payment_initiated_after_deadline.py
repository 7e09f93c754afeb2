"""Data of `payment.initiated.after-deadline` (specs/asyncapi.yaml)."""

from generated.common import Money, Payee, PaymentId, Timestamp, UserId
from generated.model import Model


class PaymentInitiatedAfterDeadline(Model):
    """A second copy of payment.initiated that arrives after the payment's deadline."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    payee: Payee
    expires_at: Timestamp
    """After this time no service may start to reserve or charge."""
