"""What the API takes and gives."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictInt, StringConstraints
from typing_extensions import TypeAliasType

from .model import Model

Currency = TypeAliasType(
    "Currency",
    Literal[
        "AED",
        "AUD",
        "BHD",
        "BRL",
        "CAD",
        "CHF",
        "CLP",
        "CNY",
        "CZK",
        "DKK",
        "EUR",
        "GBP",
        "HKD",
        "HUF",
        "INR",
        "JPY",
        "KRW",
        "KWD",
        "MXN",
        "NOK",
        "NZD",
        "PLN",
        "SEK",
        "SGD",
        "TND",
        "USD",
        "ZAR",
    ],
)
"""ISO 4217 code of a currency in which wallets can be held."""


class Money(Model):
    """An amount in integer minor units of its currency, so 125.50 USD is 12550 and 125 JPY is 125."""

    value: Annotated[StrictInt, Field(ge=1, le=999999999999)]
    """Minor units."""

    currency: Currency


UserId = TypeAliasType(
    "UserId",
    Annotated[
        str,
        Field(examples=["1f0e6a52-7d0c-4d6b-9a55-5f2f5c0f9a11"], pattern="^[A-Za-z0-9_-]{1,64}$"),
    ],
)
"""The subject of the caller's identity token; owner of wallets and payments."""


PaymentId = TypeAliasType(
    "PaymentId",
    Annotated[
        str, Field(examples=["pay_mfzxgk3bojzwc5dfnvsw45dpme"], pattern="^pay_[a-z2-7]{26}$")
    ],
)
"""Derived from the user and the Idempotency-Key, so the same request always names the same payment."""


DepositId = TypeAliasType(
    "DepositId",
    Annotated[
        str, Field(examples=["dep_ovzwk4tjmqqgc3tboaqhi2dffy"], pattern="^dep_[a-z2-7]{26}$")
    ],
)
"""Derived from the caller and the Idempotency-Key of the deposit."""


EventId = TypeAliasType(
    "EventId",
    Annotated[
        str, Field(examples=["evt_nfxgs5djmf2gkzban5xgk43una"], pattern="^evt_[a-z2-7]{26}$")
    ],
)
"""Derived from the event's type and subject, so an event that is announced again keeps its id."""


Payee = TypeAliasType(
    "Payee",
    Annotated[str, Field(examples=["coffee-shop-42"], pattern="^[a-z0-9][a-z0-9_.-]{1,62}$")],
)
"""The party that is paid, as the external gateway knows it."""


ReasonCode = TypeAliasType(
    "ReasonCode", Annotated[str, Field(examples=["do_not_honor"], pattern="^[a-z][a-z0-9_]{1,39}$")]
)
"""Why money did not move, as a stable word. Gateways add decline codes over time, so treat an unknown one as a decline without further detail."""


Timestamp = TypeAliasType(
    "Timestamp",
    Annotated[
        str,
        Field(
            examples=["2026-03-01T12:00:00.000Z"],
            pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$",
        ),
    ],
)
"""RFC 3339 date and time in UTC, always with milliseconds, so that text order is time order."""


PaymentStatus = TypeAliasType("PaymentStatus", Literal["pending", "completed", "failed"])
"""Where the payment stands; `completed` and `failed` are final."""


MetadataAdditionalProperty = TypeAliasType(
    "MetadataAdditionalProperty", Annotated[str, Field(max_length=200)]
)


Metadata = TypeAliasType(
    "Metadata",
    Annotated[
        dict[
            Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.-]{1,40}$")],
            MetadataAdditionalProperty,
        ],
        Field(max_length=10),
    ],
)
"""Up to ten texts of the client's own, given back as they came."""


class Payment(Model):
    payment_id: PaymentId
    status: PaymentStatus
    amount: Money
    payee: Payee
    description: Annotated[str | None, Field(max_length=140, min_length=1)] = None
    metadata: Metadata | None = None
    failure_code: ReasonCode | None = None
    """Why it failed; only there when `status` is `failed`."""

    created_at: Timestamp
    updated_at: Timestamp
    expires_at: Timestamp
    """A payment that is not decided by then fails, and its money is available again."""


class PaymentPage(Model):
    items: Annotated[list[Payment], Field(max_length=100)]
    next_cursor: Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] = None
    """Only there when more may follow."""


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


FailedEventId = TypeAliasType(
    "FailedEventId",
    Annotated[
        str, Field(examples=["fev_mzqws3dfmqqhi2djnzttemrtgq"], pattern="^fev_[a-z2-7]{26}$")
    ],
)
"""Derived from the consumer and the message, so a message that fails again is the same entry."""


FailedEventStatus = TypeAliasType("FailedEventStatus", Literal["open", "redriven", "discarded"])
"""`open` waits for an operator."""


FailureKind = TypeAliasType("FailureKind", Literal["permanent", "retryable", "bug", "unknown"])
"""`permanent`: this message can never be handled as it is. `retryable`: the world was in the way, to the last try. `bug`: the consumer broke. `unknown`: the consumer left no word (it crashed or ran out of time)."""


class FailedEvent(Model):
    failed_event_id: FailedEventId
    status: FailedEventStatus
    consumer: str
    """The service that could not handle it."""

    channel: str
    """The channel it came through, which names its queue."""

    event_type: str | None = None
    """Only there when the message could be read that far, as are event_id and payment_id."""

    event_id: EventId | None = None
    payment_id: PaymentId | None = None
    kind: FailureKind
    reason: str
    """What was wrong, for a person to read."""

    attempts: Annotated[StrictInt, Field(ge=1)]
    """How often it was parked; 2 or more when it failed again after a redrive."""

    body: str
    """The message as it came, byte for byte."""

    parked_at: Timestamp
    reviewed_at: Timestamp | None = None
    reviewed_by: UserId | None = None
    note: Annotated[str | None, Field(max_length=200)] = None


class FailedEventPage(Model):
    items: Annotated[list[FailedEvent], Field(max_length=100)]
    next_cursor: Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] = None
    """Only there when more may follow."""


class Review(Model):
    model_config = ConfigDict(
        extra="forbid",
    )
    note: Annotated[str, Field(max_length=200, min_length=1)]
    """Why the operator decided so; kept with the event."""


class Health(Model):
    status: Literal["ok"]


class PaymentRequest(Model):
    model_config = ConfigDict(
        extra="forbid",
    )
    amount: Money
    payee: Payee
    description: Annotated[str | None, Field(max_length=140, min_length=1)] = None
    """For the payer's own records."""

    metadata: Metadata | None = None
