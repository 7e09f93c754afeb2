"""What error-handler serves (specs/openapi.yaml): a method per operation, and how to call it."""

from collections.abc import Mapping
from typing import Final, Protocol

from generated.api.error_handler import (
    DiscardFailedEventParameters,
    FailedEvent,
    FailedEventPage,
    GetFailedEventParameters,
    ListFailedEventsParameters,
    RedriveFailedEventParameters,
    Review,
)
from generated.catalogue import OPERATIONS
from generated.contract import Answer, Caller, Parameter, Route


class ErrorHandlerApi(Protocol):
    """Every operation of error-handler; each may raise handlers.core.problem.Problem."""

    def list_failed_events(
        self,
        caller: Caller,
        parameters: ListFailedEventsParameters,
    ) -> Answer[FailedEventPage]:
        """List events that wait for review."""
        ...

    def get_failed_event(
        self,
        caller: Caller,
        parameters: GetFailedEventParameters,
    ) -> Answer[FailedEvent]:
        """Read one failed event."""
        ...

    def redrive_failed_event(
        self,
        caller: Caller,
        parameters: RedriveFailedEventParameters,
        body: Review,
    ) -> Answer[FailedEvent]:
        """Send a failed event back to its consumer."""
        ...

    def discard_failed_event(
        self,
        caller: Caller,
        parameters: DiscardFailedEventParameters,
        body: Review,
    ) -> Answer[FailedEvent]:
        """Close a failed event without sending it back."""
        ...


ERROR_HANDLER_ROUTES: Final[Mapping[tuple[str, str], Route[ErrorHandlerApi]]] = {
    ("GET", "/failed-events"): Route(
        operation=OPERATIONS["listFailedEvents"],
        call=lambda api, caller, request: api.list_failed_events(
            caller,
            request.parameters(ListFailedEventsParameters),
        ),
        parameters=(
            Parameter("status", "status", "query", False),
            Parameter("page_size", "page_size", "query", True),
            Parameter("cursor", "cursor", "query", False),
        ),
    ),
    ("GET", "/failed-events/{failed_event_id}"): Route(
        operation=OPERATIONS["getFailedEvent"],
        call=lambda api, caller, request: api.get_failed_event(
            caller,
            request.parameters(GetFailedEventParameters),
        ),
        parameters=(Parameter("failed_event_id", "failed_event_id", "path", False),),
    ),
    ("POST", "/failed-events/{failed_event_id}/redrive"): Route(
        operation=OPERATIONS["redriveFailedEvent"],
        call=lambda api, caller, request: api.redrive_failed_event(
            caller,
            request.parameters(RedriveFailedEventParameters),
            request.body(Review),
        ),
        parameters=(Parameter("failed_event_id", "failed_event_id", "path", False),),
    ),
    ("POST", "/failed-events/{failed_event_id}/discard"): Route(
        operation=OPERATIONS["discardFailedEvent"],
        call=lambda api, caller, request: api.discard_failed_event(
            caller,
            request.parameters(DiscardFailedEventParameters),
            request.body(Review),
        ),
        parameters=(Parameter("failed_event_id", "failed_event_id", "path", False),),
    ),
}
