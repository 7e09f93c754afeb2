"""Data of `gateway.payment_rejected` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Protocol

from generated.common import Money, PaymentId, ReasonCode, UserId
from generated.model import Model


class GatewayPaymentRejected(Model):
    """The external gateway did not and will not charge the payment; `reason` is its decline code or `reservation_expired`."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: ReasonCode


if TYPE_CHECKING:

    class GatewayPaymentRejectedFields(Protocol):
        """A source of the fields of GatewayPaymentRejected."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...


def gateway_payment_rejected_from(
    source: "GatewayPaymentRejectedFields", *, reason: ReasonCode
) -> GatewayPaymentRejected:
    """Return the GatewayPaymentRejected of a source that has its fields."""
    return GatewayPaymentRejected(
        payment_id=source.payment_id, user_id=source.user_id, amount=source.amount, reason=reason
    )
