"""Data of `wallet.reservation_failed` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Literal, Protocol

from generated.common import Money, PaymentId, UserId
from generated.model import Model


class WalletReservationFailed(Model):
    """The wallet refused to reserve the amount; nothing was set aside."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: Literal["insufficient_funds", "wallet_not_found", "expired"]
    """Why the wallet refused."""


if TYPE_CHECKING:

    class WalletReservationFailedFields(Protocol):
        """A source of the fields of WalletReservationFailed."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...


def wallet_reservation_failed_from(
    source: "WalletReservationFailedFields",
    *,
    reason: Literal["insufficient_funds", "wallet_not_found", "expired"],
) -> WalletReservationFailed:
    """Return the WalletReservationFailed of a source that has its fields."""
    return WalletReservationFailed(
        payment_id=source.payment_id, user_id=source.user_id, amount=source.amount, reason=reason
    )
