"""Requests and answers of payment-orchestrator (openapi.yaml)."""

from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import ConfigDict, Field, StrictInt, StringConstraints
from typing_extensions import TypeAliasType

from generated.common import Money, Payee, PaymentId, ReasonCode, Timestamp
from generated.model import Model

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


class Health(Model):
    """The state of the API."""

    status: Literal["ok"]
    """Always `ok`; an API that is down does not answer."""


class CreatePaymentParameters(Model):
    """Parameters of createPayment."""

    idempotency_key: Annotated[str, Field(pattern="^[!-~]{1,64}$")]


class ListPaymentsParameters(Model):
    """Parameters of listPayments."""

    status: PaymentStatus | None = None
    page_size: Annotated[StrictInt, Field(ge=1, le=100)] = 20
    cursor: Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] = None


class GetPaymentParameters(Model):
    """Parameters of getPayment."""

    payment_id: PaymentId


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


if TYPE_CHECKING:

    class PaymentFields(Protocol):
        """A source of the fields of Payment."""

        @property
        def payment_id(self) -> PaymentId: ...

        @property
        def status(self) -> PaymentStatus: ...

        @property
        def amount(self) -> Money: ...

        @property
        def payee(self) -> Payee: ...

        @property
        def description(self) -> Annotated[str | None, Field(max_length=140, min_length=1)]: ...

        @property
        def metadata(self) -> Metadata | None: ...

        @property
        def failure_code(self) -> ReasonCode | None: ...

        @property
        def created_at(self) -> Timestamp: ...

        @property
        def updated_at(self) -> Timestamp: ...

        @property
        def expires_at(self) -> Timestamp: ...


def payment_from(source: "PaymentFields") -> Payment:
    """Return the Payment of a source that has its fields."""
    return Payment(
        payment_id=source.payment_id,
        status=source.status,
        amount=source.amount,
        payee=source.payee,
        description=source.description,
        metadata=source.metadata,
        failure_code=source.failure_code,
        created_at=source.created_at,
        updated_at=source.updated_at,
        expires_at=source.expires_at,
    )
