"""What `gateway.payment_rejected` carries (specs/asyncapi.yaml)."""

from generated.common import Money, PaymentId, ReasonCode, UserId
from generated.model import Model


class GatewayPaymentRejected(Model):
    """The external gateway did not and will not charge the payment; `reason` is its decline code or `reservation_expired`."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: ReasonCode
