"""Entry point: operators list, read, redrive and discard failed events."""

from __future__ import annotations

from dataclasses import dataclass

from generated.api.error_handler import (
    DiscardFailedEventParameters,
    FailedEventPage,
    GetFailedEventParameters,
    ListFailedEventsParameters,
    RedriveFailedEventParameters,
    Review,
    failed_event_from,
)
from generated.api.error_handler import FailedEvent as FailedEventDocument
from generated.api.error_handler_routes import ERROR_HANDLER_ROUTES, ErrorHandlerApi
from generated.contract import Answer, Caller
from handlers.core.problem import conflict, not_found
from handlers.error_handler.decisions import review
from handlers.error_handler.failed_event import FailedEvent
from handlers.error_handler.redrive import Queues
from handlers.error_handler.store import FailedEvents
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.cursor import decoded, encoded
from handlers.runtime.http import Event, Response, Server, serving
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready


@dataclass(frozen=True, slots=True)
class Api(ErrorHandlerApi):
    """The operations of specs/openapi.yaml whose x-service is error-handler."""

    failed_events: FailedEvents
    queues: Queues
    clock: Clock

    def list_failed_events(
        self, caller: Caller, parameters: ListFailedEventsParameters
    ) -> Answer[FailedEventPage]:
        status = parameters.status or "open"
        scope = ("failed-events", caller.user_id, status)
        page = self.failed_events.page(
            status,
            size=parameters.page_size,
            position=decoded(parameters.cursor, scope) if parameters.cursor else None,
        )
        return Answer(
            FailedEventPage(
                items=[failed_event_from(event) for event in page.events],
                next_cursor=encoded(page.position, scope) if page.position else None,
            )
        )

    def get_failed_event(
        self,
        caller: Caller,
        parameters: GetFailedEventParameters,
    ) -> Answer[FailedEventDocument]:
        return Answer(failed_event_from(self._fetched(parameters.failed_event_id)))

    def redrive_failed_event(
        self, caller: Caller, parameters: RedriveFailedEventParameters, body: Review
    ) -> Answer[FailedEventDocument]:
        """Send the event back, then record it.

        After a crash in between it is sent again: consumers tolerate duplicates.
        """
        event = self._fetched(parameters.failed_event_id)
        reviewed = review(
            event, "redriven", by=caller.user_id, note=body.note, now=self.clock.now()
        )
        self.queues.send_back(event.consumer, event.channel, event.body, delay_s=0, redrives=0)
        return self._recorded(reviewed)

    def discard_failed_event(
        self, caller: Caller, parameters: DiscardFailedEventParameters, body: Review
    ) -> Answer[FailedEventDocument]:
        event = self._fetched(parameters.failed_event_id)
        reviewed = review(
            event, "discarded", by=caller.user_id, note=body.note, now=self.clock.now()
        )
        return self._recorded(reviewed)

    def _fetched(self, failed_event_id: str) -> FailedEvent:
        event = self.failed_events.fetch(failed_event_id)
        if event is None:
            raise not_found("There is no failed event with this id.")
        return event

    def _recorded(self, reviewed: FailedEvent) -> Answer[FailedEventDocument]:
        if not self.failed_events.record_review(reviewed):
            raise conflict("The event has just changed. Read it again and decide again.")
        return Answer(failed_event_from(reviewed))


def build(settings: Settings, clock: Clock) -> Server[Api]:
    api = Api(
        FailedEvents(aws.dynamodb(), settings.text("FAILED_EVENTS_TABLE")),
        Queues(aws.sqs(), settings.text("ACCOUNT_ID"), settings.text("PREFIX")),
        clock,
    )
    return serving(ERROR_HANDLER_ROUTES, api, settings)


server = ready(build(Settings(), SYSTEM_CLOCK))


def handler(event: Event, _context: object) -> Response:
    return server.serve(event)
