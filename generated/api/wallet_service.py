"""Requests and answers of wallet-service (openapi.yaml)."""

from typing import TYPE_CHECKING, Annotated, Protocol

from pydantic import ConfigDict, Field, StrictInt

from generated.common import Currency, DepositId, Money, Timestamp, UserId
from generated.model import Model


class Wallet(Model):
    """Balances of one currency in minor units; posted = available + reserved."""

    currency: Currency
    available: Annotated[StrictInt, Field(ge=0, le=999999999999999)]
    """Amount that can be paid with now."""

    reserved: Annotated[StrictInt, Field(ge=0, le=999999999999999)]
    """Amount set aside for payments that are not decided yet."""

    posted: Annotated[StrictInt, Field(ge=0, le=999999999999999)]
    """Total amount in the wallet."""


class WalletList(Model):
    """All wallets of a user."""

    items: Annotated[list[Wallet], Field(max_length=100)]


class DepositRequest(Model):
    """Money to put into a wallet."""

    model_config = ConfigDict(
        extra="forbid",
    )
    amount: Money
    """In the currency of the path."""

    user_id: UserId | None = None
    """Whose wallet, for operators; the caller's own when omitted."""


class Deposit(Model):
    """Money that was put into a wallet."""

    deposit_id: DepositId
    user_id: UserId
    amount: Money
    created_at: Timestamp


class GetWalletParameters(Model):
    """Parameters of getWallet."""

    currency: Currency
    user_id: UserId | None = None


class CreateDepositParameters(Model):
    """Parameters of createDeposit."""

    currency: Currency
    idempotency_key: Annotated[str, Field(pattern="^[!-~]{1,64}$")]


if TYPE_CHECKING:

    class DepositFields(Protocol):
        """A source of the fields of Deposit."""

        @property
        def deposit_id(self) -> DepositId: ...

        @property
        def user_id(self) -> UserId: ...

        @property
        def amount(self) -> Money: ...

        @property
        def created_at(self) -> Timestamp: ...


def deposit_from(source: "DepositFields") -> Deposit:
    """Return the Deposit of a source that has its fields."""
    return Deposit(
        deposit_id=source.deposit_id,
        user_id=source.user_id,
        amount=source.amount,
        created_at=source.created_at,
    )
