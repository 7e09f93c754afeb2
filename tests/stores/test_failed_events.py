"""Failed events in DynamoDB: stored once per message, reviewed once per failure."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.error_handler.failed_event import FailedEvent
from handlers.error_handler.store import (
    KEPT_AFTER_REVIEW_DAYS,
    PAGE_BYTES_MAX,
    FailedEvents,
)
from tests.builders import ENVIRONMENT, LATER, NOW
from tests.runtime.fakes import Wrapped
from tests.stores.cloud import Cloud

pytestmark = pytest.mark.error_handler


def an_event(number: int = 1, **changes: Any) -> FailedEvent:
    fields: dict[str, Any] = {
        "failed_event_id": f"fev_{'abcdefghij'[number] * 26}",
        "status": "open",
        "consumer": "wallet-service",
        "channel": "payment-initiated",
        "kind": "permanent",
        "reason": "breaks the contract",
        "body": "{}",
        "parked_at": f"2026-03-01T12:00:0{number}.000Z",
    }
    return FailedEvent(**fields | changes)


@pytest.fixture
def events(cloud: Cloud) -> FailedEvents:
    return FailedEvents(cloud.dynamodb, ENVIRONMENT["FAILED_EVENTS_TABLE"])


def fetched(events: FailedEvents, number: int = 1) -> FailedEvent:
    found = events.fetch(an_event(number).failed_event_id)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "changes",
    [{}, {"event_type": "payment.initiated", "event_id": "evt_1", "payment_id": "pay_1"}],
)
def test_an_event_is_kept_as_it_was_parked(events: FailedEvents, changes: dict[str, Any]) -> None:
    events.park(an_event(**changes), "m-1")

    assert fetched(events) == an_event(**changes)
    assert events.fetch("fev_none") is None


def test_the_same_message_is_stored_once(events: FailedEvents, cloud: Cloud) -> None:
    events.park(an_event(), "m-1")
    before = cloud.items("failed-events")

    events.park(an_event(parked_at=LATER), "m-1")

    assert cloud.items("failed-events") == before


def test_an_event_that_fails_again_is_the_same_entry_with_the_new_reason(
    events: FailedEvents,
) -> None:
    events.park(an_event(), "m-1")

    events.park(an_event(reason="new", parked_at=LATER), "m-2")

    assert fetched(events) == an_event(reason="new", parked_at=LATER, attempts=2)


@pytest.mark.parametrize("status", ["redriven", "discarded"])
def test_a_review_is_recorded_once(events: FailedEvents, status: Any) -> None:
    events.park(an_event(), "m-1")
    reviewed = fetched(events).review(status, by="olga", note="fixed", now=LATER)

    assert events.record_review(reviewed) is True
    assert events.record_review(reviewed) is False
    assert fetched(events) == reviewed


def test_a_review_of_what_has_failed_again_since_is_refused(events: FailedEvents) -> None:
    events.park(an_event(), "m-1")
    stale = fetched(events).review("discarded", by="olga", note="x", now=NOW)
    events.park(an_event(), "m-2")

    assert events.record_review(stale) is False
    assert fetched(events).status == "open"


def test_a_duplicate_of_a_message_does_not_open_what_was_reviewed(events: FailedEvents) -> None:
    events.park(an_event(), "m-1")
    events.record_review(fetched(events).review("redriven", by="olga", note="x", now=NOW))

    events.park(an_event(), "m-1")

    assert fetched(events).status == "redriven"


def test_a_new_failure_opens_what_was_reviewed(events: FailedEvents) -> None:
    events.park(an_event(), "m-1")
    events.record_review(fetched(events).review("redriven", by="olga", note="x", now=NOW))

    events.park(an_event(), "m-2")

    assert (fetched(events).status, fetched(events).attempts) == ("open", 2)


def test_a_list_is_oldest_first_in_pages_of_one_status(events: FailedEvents) -> None:
    for number in (3, 1, 2, 0):
        events.park(an_event(number), f"m-{number}")
    events.record_review(fetched(events, 2).review("discarded", by="olga", note="x", now=NOW))

    first = events.page("open", size=2, position=None)
    second = events.page("open", size=2, position=first.position)

    assert [e.failed_event_id[4] for e in first.events + second.events] == ["a", "b", "d"]
    assert second.position is None
    assert [
        e.failed_event_id[4] for e in events.page("discarded", size=9, position=None).events
    ] == ["c"]


@dataclass
class Overtaken(Wrapped):
    """A client whose index lags: `meanwhile` happens after each query."""

    meanwhile: Callable[[], object]

    def call(self, operation: str, real: Callable[[], Any], request: dict[str, Any]) -> Any:
        answer = real()
        if operation == "query":
            self.meanwhile()
        return answer


def test_an_event_that_is_purged_or_reviewed_while_a_page_is_read_is_left_out(
    events: FailedEvents,
) -> None:
    for number in range(3):
        events.park(an_event(number), f"m-{number}")

    def meanwhile() -> None:
        key = {"failed_event_id": {"S": an_event(0).failed_event_id}}
        events.dynamodb.delete_item(TableName=events.table, Key=key)
        events.record_review(fetched(events, 1).review("discarded", by="o", note="x", now=NOW))

    lagging = Overtaken(events.dynamodb, meanwhile)
    page = FailedEvents(lagging.dynamodb, events.table).page("open", size=3, position=None)

    assert [e.failed_event_id for e in page.events] == [an_event(2).failed_event_id]


def test_a_page_of_large_bodies_ends_before_an_answer_gets_too_large(events: FailedEvents) -> None:
    body = "x" * (PAGE_BYTES_MAX // 3)
    for number in range(8):
        events.park(an_event(number, body=body), f"m-{number}")

    pages: list[str] = []
    position: str | None = None
    while not pages or position:
        page = events.page("open", size=8, position=position)
        pages.append("".join(e.failed_event_id[4] for e in page.events))
        position = page.position

    assert pages == ["abc", "def", "gh"]


def test_an_event_that_fails_again_while_a_page_ends_hides_no_other(events: FailedEvents) -> None:
    sizes = (PAGE_BYTES_MAX // 3, PAGE_BYTES_MAX // 3, 1, PAGE_BYTES_MAX // 2, 1)
    for number, size in enumerate(sizes):
        events.park(an_event(number, body="x" * size), f"m-{number}")

    def meanwhile() -> None:
        events.park(an_event(2, body="x", parked_at="2026-03-02T00:00:00.000Z"), "m-again")

    lagging = Overtaken(events.dynamodb, meanwhile)
    first = FailedEvents(lagging.dynamodb, events.table).page("open", size=5, position=None)
    second = events.page("open", size=5, position=first.position)

    assert [e.failed_event_id[4] for e in first.events] == ["a", "b", "c"]
    assert [e.failed_event_id[4] for e in second.events] == ["d", "e", "c"]


def test_only_a_reviewed_entry_is_ever_purged(events: FailedEvents, cloud: Cloud) -> None:
    def purge_at() -> list[str]:
        return [
            item["purge_at"]["N"] for item in cloud.items("failed-events") if "purge_at" in item
        ]

    events.park(an_event(), "m-1")
    assert purge_at() == []

    events.record_review(
        fetched(events).review("redriven", by="olga", note="x", now="1970-01-02T00:00:00.000Z")
    )
    assert purge_at() == [str(86_400 * (1 + KEPT_AFTER_REVIEW_DAYS))]

    events.park(an_event(), "m-2")
    assert purge_at() == []
