"""What `payment.completed` carries (specs/asyncapi.yaml)."""

from generated.common import Money, PaymentId, UserId
from generated.model import Model


class PaymentCompleted(Model):
    """The payment ended well: the gateway charged it and the amount was deducted."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
