"""Data of `wallet.funds_deducted` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Protocol

from generated.common import Money, PaymentId, UserId
from generated.model import Model


class WalletFundsDeducted(Model):
    """The reserved amount left the wallet."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money


if TYPE_CHECKING:

    class WalletFundsDeductedFields(Protocol):
        """A source of the fields of WalletFundsDeducted."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...


def wallet_funds_deducted_from(source: "WalletFundsDeductedFields") -> WalletFundsDeducted:
    """Return the WalletFundsDeducted of a source that has its fields."""
    return WalletFundsDeducted(
        payment_id=source.payment_id, user_id=source.user_id, amount=source.amount
    )
