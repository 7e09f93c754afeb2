"""Data of `wallet.funds_released` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Protocol

from generated.common import Money, PaymentId, ReasonCode, UserId
from generated.model import Model


class WalletFundsReleased(Model):
    """The reserved amount is available again."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    reason: ReasonCode


if TYPE_CHECKING:

    class WalletFundsReleasedFields(Protocol):
        """A source of the fields of WalletFundsReleased."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...

        @property
        def reason(self) -> ReasonCode: ...


def wallet_funds_released_from(source: "WalletFundsReleasedFields") -> WalletFundsReleased:
    """Return the WalletFundsReleased of a source that has its fields."""
    return WalletFundsReleased(
        payment_id=source.payment_id,
        user_id=source.user_id,
        amount=source.amount,
        reason=source.reason,
    )
