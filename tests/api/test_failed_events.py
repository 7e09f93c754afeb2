"""Manual review, as operators see it."""

import json
from typing import Any

import pytest

from handlers.error_handler import api as entry
from handlers.error_handler.store import FailedEvents
from tests.api.entry import OPERATOR, Api
from tests.builders import (
    ENVIRONMENT,
    LATER,
    VirtualTime,
    a_request,
    answered,
    initiated,
    slug,
    travelling,
)
from tests.stores.cloud import Cloud, texts
from tests.stores.test_failed_events import an_event

pytestmark = pytest.mark.error_handler

BODY = travelling(initiated())
QUEUE = "wallet-service--payment-initiated"
MISSING = "fev_" + "z" * 26


@pytest.fixture
def events(cloud: Cloud) -> FailedEvents:
    store = FailedEvents(cloud.dynamodb, ENVIRONMENT["FAILED_EVENTS_TABLE"])
    store.park(an_event(body=BODY), "m-1")
    cloud.queue(QUEUE)
    return store


def ask(
    api: Api,
    method: str = "GET",
    action: str = "",
    *,
    number: int = 1,
    event_id: str | None = None,
    **request: Any,
) -> dict[str, Any]:
    return api.send(
        method,
        "/failed-events/{failed_event_id}" + action,
        **{"user": "olga", "groups": OPERATOR} | request,
        path={"failed_event_id": event_id or an_event(number).failed_event_id},
    )


def decide(api: Api, action: str, **request: Any) -> dict[str, Any]:
    return ask(api, "POST", action, **{"body": {"note": "fixed"}} | request)


def test_an_event_is_shown_with_its_body_byte_for_byte(api: Api, events: FailedEvents) -> None:
    status, document = answered(ask(api))

    assert status == 200
    assert document["body"] == BODY
    assert (document["status"], document["kind"], document["attempts"]) == ("open", "permanent", 1)
    assert "event_id" not in document


def test_a_redrive_sends_the_event_back_and_is_recorded(
    api: Api, events: FailedEvents, cloud: Cloud, time: VirtualTime
) -> None:
    time.now = LATER

    status, document = answered(decide(api, "/redrive"))

    assert status == 200
    assert (document["status"], document["reviewed_by"]) == ("redriven", "olga")
    assert (document["reviewed_at"], document["note"]) == (LATER, "fixed")
    (message,) = cloud.messages(QUEUE)
    assert message["Body"] == BODY
    assert texts(message) == {"redrives": "0"}
    assert answered(ask(api))[1] == document


def test_a_discard_sends_nothing_and_is_recorded(
    api: Api, events: FailedEvents, cloud: Cloud
) -> None:
    status, document = answered(decide(api, "/discard"))

    assert (status, document["status"]) == (200, "discarded")
    assert cloud.messages(QUEUE) == []


@pytest.mark.parametrize("first", ["/redrive", "/discard"])
@pytest.mark.parametrize("second", ["/redrive", "/discard"])
def test_an_event_is_decided_once(
    api: Api, events: FailedEvents, cloud: Cloud, first: str, second: str
) -> None:
    decide(api, first)
    cloud.messages(QUEUE)

    response = decide(api, second)

    assert slug(response) == (409, "conflict")
    assert "already" in answered(response)[1]["detail"]
    assert cloud.messages(QUEUE) == []


def test_an_event_that_failed_again_can_be_decided_again(api: Api, events: FailedEvents) -> None:
    decide(api, "/redrive")
    events.park(an_event(body=BODY), "m-2")

    status, document = answered(decide(api, "/discard"))

    assert (status, document["attempts"]) == (200, 2)


def test_an_event_stays_open_when_it_cannot_be_sent_back(
    api: Api, events: FailedEvents, cloud: Cloud
) -> None:
    events.park(an_event(2, channel="a-queue-that-is-gone"), "m-9")

    response = decide(api, "/redrive", number=2)

    assert response["statusCode"] >= 500
    assert answered(ask(api, number=2))[1]["status"] == "open"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({}, "note"),
        ({"note": ""}, "note"),
        ({"note": "x" * 201}, "note"),
        ({"note": None}, "note"),
        ({"note": "x", "by": "me"}, "by"),
    ],
)
@pytest.mark.parametrize("action", ["/redrive", "/discard"])
def test_a_review_needs_a_note(
    api: Api, events: FailedEvents, fields: dict[str, Any], field: str, action: str
) -> None:
    response = decide(api, action, body=fields)

    assert slug(response) == (422, "validation-failed")
    assert answered(response)[1]["errors"][0]["field"] == field
    assert answered(ask(api))[1]["status"] == "open"


@pytest.mark.parametrize(
    ("method", "action"), [("GET", ""), ("POST", "/redrive"), ("POST", "/discard")]
)
def test_an_unknown_event_is_not_found(
    api: Api, events: FailedEvents, method: str, action: str
) -> None:
    body = {"note": "x"} if method == "POST" else None

    assert slug(ask(api, method, action, event_id=MISSING, body=body)) == (404, "not-found")
    assert slug(ask(api, method, action, event_id="fev_1", body=body))[0] == 400


@pytest.mark.parametrize(
    ("method", "action"), [("GET", ""), ("POST", "/redrive"), ("POST", "/discard")]
)
@pytest.mark.parametrize("sandbox", [False, True])
def test_only_operators_review_even_in_a_sandbox(
    cloud: Cloud, events: FailedEvents, time: VirtualTime, method: str, action: str, sandbox: bool
) -> None:
    api = Api(time.clock(), sandbox)
    body = {"note": "x"} if method == "POST" else None

    assert slug(ask(api, method, action, groups="", body=body)) == (403, "forbidden")
    assert slug(api.send("GET", "/failed-events")) == (403, "forbidden")
    assert cloud.messages(QUEUE) == []


def listed(api: Api, user: str = "olga", **query: str) -> tuple[int, Any]:
    return answered(api.send("GET", "/failed-events", user=user, groups=OPERATOR, query=query))


def test_open_events_are_listed_oldest_first_in_pages(api: Api, events: FailedEvents) -> None:
    for number in (3, 2, 4):
        events.park(an_event(number), f"m-{number}")
    decide(api, "/discard", number=3)

    _, first = listed(api, page_size="2")
    _, second = listed(api, page_size="2", cursor=first["next_cursor"])

    found = [e["failed_event_id"][4] for e in first["items"] + second["items"]]
    assert found == ["b", "c", "e"]
    assert [e["failed_event_id"][4] for e in listed(api, status="discarded")[1]["items"]] == ["d"]
    assert listed(api, status="redriven")[1] == {"items": []}


def test_a_cursor_belongs_to_its_operator_and_status(api: Api, events: FailedEvents) -> None:
    events.park(an_event(2), "m-2")
    cursor = listed(api, page_size="1")[1]["next_cursor"]

    assert listed(api, user="oskar", cursor=cursor)[0] == 400
    assert listed(api, cursor=cursor, status="redriven")[0] == 400
    assert listed(api, cursor=cursor, status="open")[0] == 200


def test_a_body_that_is_not_json_is_shown_unchanged(api: Api, events: FailedEvents) -> None:
    body = '\x00 " \\ é 💶 <\n' + json.dumps("x")
    events.park(an_event(2, body=body), "m-2")

    assert answered(ask(api, number=2))[1]["body"] == body


def test_the_entry_point_serves_as_it_was_built_at_import(cloud: Cloud) -> None:
    response = entry.handler(a_request("GET", "/failed-events", groups=OPERATOR), None)

    assert answered(response) == (200, {"items": []})
