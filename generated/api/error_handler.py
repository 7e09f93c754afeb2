"""Requests and answers of error-handler (openapi.yaml)."""

from typing import TYPE_CHECKING, Annotated, Literal, Protocol

from pydantic import ConfigDict, Field, StrictInt
from typing_extensions import TypeAliasType

from generated.common import EventId, PaymentId, Timestamp, UserId
from generated.model import Model

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


class ListFailedEventsParameters(Model):
    """Parameters of listFailedEvents."""

    status: FailedEventStatus | None = None
    page_size: Annotated[StrictInt, Field(ge=1, le=100)] = 20
    cursor: Annotated[str | None, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] = None


class GetFailedEventParameters(Model):
    """Parameters of getFailedEvent."""

    failed_event_id: FailedEventId


class RedriveFailedEventParameters(Model):
    """Parameters of redriveFailedEvent."""

    failed_event_id: FailedEventId


class DiscardFailedEventParameters(Model):
    """Parameters of discardFailedEvent."""

    failed_event_id: FailedEventId


if TYPE_CHECKING:

    class FailedEventFields(Protocol):
        """A source of the fields of FailedEvent."""

        @property
        def failed_event_id(self) -> FailedEventId: ...

        @property
        def status(self) -> FailedEventStatus: ...

        @property
        def consumer(self) -> str: ...

        @property
        def channel(self) -> str: ...

        @property
        def event_type(self) -> str | None: ...

        @property
        def event_id(self) -> EventId | None: ...

        @property
        def payment_id(self) -> PaymentId | None: ...

        @property
        def kind(self) -> FailureKind: ...

        @property
        def reason(self) -> str: ...

        @property
        def attempts(self) -> Annotated[StrictInt, Field(ge=1, le=2147483647)]: ...

        @property
        def body(self) -> str: ...

        @property
        def parked_at(self) -> Timestamp: ...

        @property
        def reviewed_at(self) -> Timestamp | None: ...

        @property
        def reviewed_by(self) -> UserId | None: ...

        @property
        def note(self) -> Annotated[str | None, Field(max_length=200)]: ...


def failed_event_from(source: "FailedEventFields") -> FailedEvent:
    """Return the FailedEvent of a source that has its fields."""
    return FailedEvent(
        failed_event_id=source.failed_event_id,
        status=source.status,
        consumer=source.consumer,
        channel=source.channel,
        event_type=source.event_type,
        event_id=source.event_id,
        payment_id=source.payment_id,
        kind=source.kind,
        reason=source.reason,
        attempts=source.attempts,
        body=source.body,
        parked_at=source.parked_at,
        reviewed_at=source.reviewed_at,
        reviewed_by=source.reviewed_by,
        note=source.note,
    )
