"""Requests and answers of wallet-service (openapi.yaml)."""

from typing import Annotated

from pydantic import ConfigDict, Field, StrictInt

from generated.common import Currency, DepositId, Money, Timestamp, UserId
from generated.model import Model


class Wallet(Model):
    """posted = available + reserved, all in minor units."""

    currency: Currency
    available: Annotated[StrictInt, Field(ge=0)]
    """What can be paid with now."""

    reserved: Annotated[StrictInt, Field(ge=0)]
    """Set aside for payments that are not decided yet."""

    posted: Annotated[StrictInt, Field(ge=0)]
    """All that is in the wallet."""


class WalletList(Model):
    items: Annotated[list[Wallet], Field(max_length=100)]


class DepositRequest(Model):
    model_config = ConfigDict(
        extra="forbid",
    )
    amount: Money
    """In the currency of the path."""

    user_id: UserId | None = None
    """Whose wallet, for operators; the caller's own when left out."""


class Deposit(Model):
    deposit_id: DepositId
    user_id: UserId
    amount: Money
    created_at: Timestamp


class GetWalletParameters(Model):
    """Parameters of getWallet."""

    currency: Currency


class CreateDepositParameters(Model):
    """Parameters of createDeposit."""

    currency: Currency
    idempotency_key: Annotated[str, Field(pattern="^[!-~]{1,64}$")]
