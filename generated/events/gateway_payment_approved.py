"""Data of `gateway.payment_approved` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Annotated, Protocol

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


if TYPE_CHECKING:

    class GatewayPaymentApprovedFields(Protocol):
        """A source of the fields of GatewayPaymentApproved."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...


def gateway_payment_approved_from(
    source: "GatewayPaymentApprovedFields",
    *,
    charge_id: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,64}$")],
) -> GatewayPaymentApproved:
    """Return the GatewayPaymentApproved of a source that has its fields."""
    return GatewayPaymentApproved(
        payment_id=source.payment_id,
        user_id=source.user_id,
        amount=source.amount,
        charge_id=charge_id,
    )
