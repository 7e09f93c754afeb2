"""Requests and answers of the API."""

from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict, Field, StrictInt, StringConstraints
from typing_extensions import TypeAliasType

from .model import Model, TimestampText

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
"""Derived from the user and the Idempotency-Key, so the same request always has the same payment id."""


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
"""Why no money moved, as a stable code. Gateways add decline codes over time, so treat an unknown code as a decline without further detail."""


Timestamp = TypeAliasType(
    "Timestamp",
    Annotated[
        TimestampText,
        Field(
            examples=["2026-03-01T12:00:00.000Z"],
            pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$",
        ),
        AfterValidator(TimestampText),
    ],
)
"""RFC 3339 date and time in UTC with milliseconds, so alphabetical order is chronological order."""


PaymentStatus = TypeAliasType("PaymentStatus", Literal["pending", "completed", "failed"])
"""State of the payment; `completed` and `failed` are final."""


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
"""Up to ten texts of the client's own, returned unchanged."""


class Payment(Model):
    """A payment and its current state."""

    payment_id: PaymentId
    status: PaymentStatus
    amount: Money
    payee: Payee
    description: Annotated[str | None, Field(max_length=140, min_length=1)] = None
    metadata: Metadata | None = None
    failure_code: ReasonCode | None = None
    """Why it failed; present only when `status` is `failed`."""

    created_at: Timestamp
    updated_at: Timestamp
    expires_at: Timestamp
    """A payment that is undecided at this time fails, and its money becomes available again."""


class PaymentPage(Model):
    """One page of payments."""

    items: Annotated[list[Payment], Field(max_length=100)]
    next_cursor: Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] = None
    """Present only when more items may follow."""


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


FailedEventId = TypeAliasType(
    "FailedEventId",
    Annotated[
        str, Field(examples=["fev_mzqws3dfmqqhi2djnzttemrtgq"], pattern="^fev_[a-z2-7]{26}$")
    ],
)
"""Derived from the consumer and the message, so a message that fails again keeps its entry."""


FailedEventStatus = TypeAliasType("FailedEventStatus", Literal["open", "redriven", "discarded"])
"""State of the review; `open` waits for an operator."""


FailureKind = TypeAliasType("FailureKind", Literal["permanent", "retryable", "bug", "unknown"])
"""`permanent`: this message can never be handled as it is. `retryable`: a dependency failed at every attempt. `bug`: the consumer raised an unexpected error. `unknown`: the consumer crashed or timed out before it recorded a reason."""


class FailedEvent(Model):
    """A message that a service could not handle, and its review."""

    failed_event_id: FailedEventId
    status: FailedEventStatus
    consumer: str
    """The service that could not handle it."""

    channel: str
    """The channel that delivered it, which names its queue."""

    event_type: str | None = None
    """Present only when the message could be parsed; the same applies to event_id and payment_id."""

    event_id: EventId | None = None
    payment_id: PaymentId | None = None
    kind: FailureKind
    reason: str
    """What was wrong, as text for people."""

    attempts: Annotated[StrictInt, Field(ge=1, le=2147483647)]
    """How often it was parked; 2 or more when it failed again after a redrive."""

    body: str
    """The original message, byte for byte."""

    parked_at: Timestamp
    reviewed_at: Timestamp | None = None
    reviewed_by: UserId | None = None
    note: Annotated[str | None, Field(max_length=200)] = None


class FailedEventPage(Model):
    """One page of failed events."""

    items: Annotated[list[FailedEvent], Field(max_length=100)]
    next_cursor: Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] = None
    """Present only when more items may follow."""


class Review(Model):
    """An operator's decision about a failed event."""

    model_config = ConfigDict(
        extra="forbid",
    )
    note: Annotated[str, Field(max_length=200, min_length=1)]
    """The operator's reason, stored with the event."""


class Health(Model):
    """The state of the API."""

    status: Literal["ok"]
    """Always `ok`; an API that is down does not answer."""


class PaymentRequest(Model):
    """A payment to create."""

    model_config = ConfigDict(
        extra="forbid",
    )
    amount: Money
    payee: Payee
    description: Annotated[str | None, Field(max_length=140, min_length=1)] = None
    """For the payer's own records; the gateway does not receive it."""

    metadata: Metadata | None = None
