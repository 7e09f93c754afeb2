"""Data of `wallet.funds_reserved` (specs/asyncapi.yaml)."""

from typing import TYPE_CHECKING, Protocol

from generated.common import Money, Payee, PaymentId, Timestamp, UserId
from generated.model import Model


class WalletFundsReserved(Model):
    """The amount is set aside in the payer's wallet until the payment is decided. Receivers that already acted announce their answer again."""

    payment_id: PaymentId
    user_id: UserId
    amount: Money
    payee: Payee
    expires_at: Timestamp
    """After this time no service may start to reserve or charge."""


if TYPE_CHECKING:

    class WalletFundsReservedFields(Protocol):
        """A source of the fields of WalletFundsReserved."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...

        @property
        def payee(self) -> Payee: ...

        @property
        def expires_at(self) -> Timestamp: ...


def wallet_funds_reserved_from(source: "WalletFundsReservedFields") -> WalletFundsReserved:
    """Return the WalletFundsReserved of a source that has its fields."""
    return WalletFundsReserved(
        payment_id=source.payment_id,
        user_id=source.user_id,
        amount=source.amount,
        payee=source.payee,
        expires_at=source.expires_at,
    )
