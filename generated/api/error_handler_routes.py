"""What error-handler serves (specs/openapi.yaml): a method per operation, and the models to parse for it."""

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


ERROR_HANDLER_ROUTES: Final = {
    ("GET", "/failed-events"): Route(
        operation=OPERATIONS["listFailedEvents"],
        function="list_failed_events",
        parameters=(
            Parameter("status", "status", "query", False),
            Parameter("page_size", "page_size", "query", True),
            Parameter("cursor", "cursor", "query", False),
        ),
        parameters_model=ListFailedEventsParameters,
    ),
    ("GET", "/failed-events/{failed_event_id}"): Route(
        operation=OPERATIONS["getFailedEvent"],
        function="get_failed_event",
        parameters=(Parameter("failed_event_id", "failed_event_id", "path", False),),
        parameters_model=GetFailedEventParameters,
    ),
    ("POST", "/failed-events/{failed_event_id}/redrive"): Route(
        operation=OPERATIONS["redriveFailedEvent"],
        function="redrive_failed_event",
        parameters=(Parameter("failed_event_id", "failed_event_id", "path", False),),
        parameters_model=RedriveFailedEventParameters,
        body_model=Review,
    ),
    ("POST", "/failed-events/{failed_event_id}/discard"): Route(
        operation=OPERATIONS["discardFailedEvent"],
        function="discard_failed_event",
        parameters=(Parameter("failed_event_id", "failed_event_id", "path", False),),
        parameters_model=DiscardFailedEventParameters,
        body_model=Review,
    ),
}
