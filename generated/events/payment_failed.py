"""Data of `payment.failed` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Protocol

from generated.common import Money, PaymentId, ReasonCode, UserId
from generated.model import Model


class PaymentFailed(Model):
    """The payment ended without moving money; `reason` says why."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: ReasonCode


if TYPE_CHECKING:

    class PaymentFailedFields(Protocol):
        """A source of the fields of PaymentFailed."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...


def payment_failed_from(source: "PaymentFailedFields", *, reason: ReasonCode) -> PaymentFailed:
    """Return the PaymentFailed of a source that has its fields."""
    return PaymentFailed(
        payment_id=source.payment_id, user_id=source.user_id, amount=source.amount, reason=reason
    )
