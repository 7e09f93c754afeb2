"""Data of `payment.completed` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Protocol

from generated.common import Money, PaymentId, UserId
from generated.model import Model


class PaymentCompleted(Model):
    """The payment succeeded: the gateway charged it and the amount was deducted."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money


if TYPE_CHECKING:

    class PaymentCompletedFields(Protocol):
        """A source of the fields of PaymentCompleted."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...


def payment_completed_from(source: "PaymentCompletedFields") -> PaymentCompleted:
    """Return the PaymentCompleted of a source that has its fields."""
    return PaymentCompleted(
        payment_id=source.payment_id, user_id=source.user_id, amount=source.amount
    )
