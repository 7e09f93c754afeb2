"""Data of `wallet.funds_deposited` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Protocol

from generated.common import DepositId, Money, UserId
from generated.model import Model


class WalletFundsDeposited(Model):
    """Money was put into a wallet."""

    deposit_id: DepositId
    user_id: UserId
    amount: Money


if TYPE_CHECKING:

    class WalletFundsDepositedFields(Protocol):
        """A source of the fields of WalletFundsDeposited."""

        @property
        def deposit_id(self) -> DepositId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...


def wallet_funds_deposited_from(source: "WalletFundsDepositedFields") -> WalletFundsDeposited:
    """Return the WalletFundsDeposited of a source that has its fields."""
    return WalletFundsDeposited(
        deposit_id=source.deposit_id, user_id=source.user_id, amount=source.amount
    )
