"""What `payment.initiated` carries (specs/asyncapi.yaml)."""

from generated.common import Money, Payee, PaymentId, Timestamp, UserId
from generated.model import Model


class PaymentInitiated(Model):
    """A user asked for a payment and it was recorded as `pending`. A question: whoever has already acted answers again."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    payee: Payee
    expires_at: Timestamp
    """After this moment nobody may begin to reserve or charge."""
