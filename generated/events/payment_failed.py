"""What `payment.failed` carries (specs/asyncapi.yaml)."""

from generated.common import Money, PaymentId, ReasonCode, UserId
from generated.model import Model


class PaymentFailed(Model):
    """The payment ended without moving money; `reason` says why."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: ReasonCode
