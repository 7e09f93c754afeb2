"""What `gateway.payment_approved` carries (specs/asyncapi.yaml)."""

from typing import Annotated

from pydantic import Field

from generated.common import Money, PaymentId, UserId
from generated.model import Model


class GatewayPaymentApproved(Model):
    """The external gateway charged the payment."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    charge_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")]
    """The gateway's own reference of the charge."""
