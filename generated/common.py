"""Values that events, API and gateway share (specs/schemas/common.yaml)."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field, StrictInt
from typing_extensions import TypeAliasType

from generated.model import Model

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

    model_config = ConfigDict(
        extra="forbid",
    )
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
        str,
        Field(
            examples=["2026-03-01T12:00:00.000Z"],
            pattern="^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\\.[0-9]{3}Z$",
        ),
    ],
)
"""RFC 3339 date and time in UTC with milliseconds, so alphabetical order is chronological order."""


CorrelationId = TypeAliasType(
    "CorrelationId",
    Annotated[
        str,
        Field(examples=["5b0c8c9e-6f0b-4a34-9d5e-0c6a8a3f7e21"], pattern="^[A-Za-z0-9_-]{1,64}$"),
    ],
)
"""The same for all events that follow from one request to the API."""


class CloudEvent(Model):
    """The CloudEvents 1.0 attributes that every event carries; `data` holds the facts of its type."""

    specversion: Literal["1.0"]
    id: EventId
    source: Annotated[str, Field(max_length=64)]
    """The service that announces the event."""

    type: Annotated[str, Field(max_length=64)]
    """The event's name in the catalogue."""

    subject: Annotated[str, Field(pattern="^(pay|dep)_[a-z2-7]{26}$")]
    """The payment or deposit that the event is about."""

    time: Timestamp
    """When the fact happened; an event that is announced again keeps its time."""

    correlationid: CorrelationId
    causationid: EventId | None = None
    """Id of the event that caused this one; absent when a request to the API is the cause."""

    reannounced: Annotated[StrictInt | None, Field(ge=1, le=9007199254740991)] = None
    """How often the event was announced again because its cause was received again; absent at first."""
