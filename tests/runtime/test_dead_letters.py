"""Messages in a DLQ: re-driven a few times when the contract allows it, stored otherwise."""

import json
from dataclasses import dataclass
from typing import Any

import pytest

from handlers.error_handler import consumer as entry
from handlers.error_handler.consumer import DeadLetterConsumer
from handlers.error_handler.store import FailedEvents
from handlers.runtime.settings import Settings
from infra.template.routing import dead_letter_queues
from tests.builders import (
    ENVIRONMENT,
    LATER,
    NOW,
    PAY_1,
    VirtualTime,
    a_batch,
    a_record,
    completed,
    deducted,
    initiated,
    reserved,
    travelling,
)
from tests.stores.cloud import Cloud, texts

pytestmark = pytest.mark.error_handler

BODY = travelling(initiated())
QUEUE = "wallet-service--payment-initiated"


@dataclass
class Desk:
    cloud: Cloud
    consumer: DeadLetterConsumer

    def receive(self, body: str = BODY, queue: str = QUEUE, **record: Any) -> int:
        """A message arrives in a DLQ; how many must come again."""
        batch = a_batch(a_record(body, f"{queue}-dlq", **record))
        return len(self.consumer.consume(batch)["batchItemFailures"])

    def stored(self) -> list[dict[str, Any]]:
        return self.cloud.plain("failed-events")

    def sent_back(self, queue: str = QUEUE) -> list[dict[str, Any]]:
        return self.cloud.messages(queue)


@pytest.fixture
def desk(cloud: Cloud, time: VirtualTime) -> Desk:
    cloud.queue(QUEUE)
    return Desk(cloud, entry.build(Settings(ENVIRONMENT), time.clock()))


def test_a_redriven_message_is_the_same_and_counts(desk: Desk) -> None:
    assert desk.receive(attributes={"failure_kind": "retryable"}, message_id="m-1") == 0

    url = desk.cloud.sqs.get_queue_url(QueueName=f"{ENVIRONMENT['PREFIX']}-{QUEUE}")
    delayed = desk.cloud.sqs.get_queue_attributes(
        QueueUrl=url["QueueUrl"], AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert delayed["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"
    assert desk.stored() == []


def test_a_redrive_without_delay_overrides_the_queues_own(cloud: Cloud) -> None:
    queue = "payment-orchestrator--payment-initiated-after-deadline"
    cloud.sqs.create_queue(
        QueueName=f"{ENVIRONMENT['PREFIX']}-{queue}", Attributes={"DelaySeconds": "900"}
    )
    desk = Desk(cloud, entry.build(Settings(ENVIRONMENT), VirtualTime(drawn=0.0).clock()))

    desk.receive(queue=queue, attributes={"redrives": "1"})

    (message,) = desk.sent_back(queue)
    assert message["Body"] == BODY
    assert texts(message) == {"redrives": "2"}


def test_a_permanent_failure_is_stored_with_all_that_is_known(desk: Desk) -> None:
    said = {"failure_kind": "permanent", "failure_reason": "breaks the contract: x"}

    assert desk.receive(attributes=said) == 0

    (event,) = desk.stored()
    assert event == {
        "failed_event_id": event["failed_event_id"],
        "status": "open",
        "consumer": "wallet-service",
        "channel": "payment-initiated",
        "kind": "permanent",
        "reason": "breaks the contract: x (can never be handled as it is)",
        "body": BODY,
        "parked_at": NOW,
        "parked_at_id": f"{NOW}#{event['failed_event_id']}",
        "parked_by_message": "m-1",
        "attempts": 1,
        "event_type": "payment.initiated",
        "event_id": json.loads(BODY)["id"],
        "payment_id": PAY_1,
    }
    assert desk.sent_back() == []


def test_a_stored_event_raises_an_alarm(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.receive(attributes={"failure_kind": "permanent"})

    (metric,) = [json.loads(x) for x in capsys.readouterr().out.splitlines() if "_aws" in x]
    assert metric["FailedEventParked"] == [1.0]
    assert metric["consumer"] == "wallet-service"
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Payments"
    assert ["consumer", "service"] in [
        sorted(d) for d in metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    ]


def test_a_duplicate_of_a_message_does_not_open_what_was_reviewed(
    desk: Desk, time: VirtualTime
) -> None:
    desk.receive(attributes={"failure_kind": "permanent"})
    store = FailedEvents(desk.cloud.dynamodb, ENVIRONMENT["FAILED_EVENTS_TABLE"])
    event = store.fetch(desk.stored()[0]["failed_event_id"])
    assert event is not None
    store.record_review(event.review("discarded", by="olga", note="x", now=NOW))
    time.now = LATER

    desk.receive(attributes={"failure_kind": "permanent"})

    assert [(e["status"], e["attempts"]) for e in desk.stored()] == [("discarded", 1)]


def test_an_event_that_fails_again_after_its_review_is_open_again(
    desk: Desk, time: VirtualTime
) -> None:
    desk.receive(attributes={"failure_kind": "permanent"})
    time.now = LATER

    desk.receive(attributes={"failure_kind": "permanent"}, message_id="m-2")

    assert [(e["status"], e["attempts"], e["parked_at"]) for e in desk.stored()] == [
        ("open", 2, LATER)
    ]


@pytest.mark.parametrize(
    "body",
    [
        "no json",
        "{}",
        "[]",
        "null",
        "7",
        "[" * 50_000,
        '{"type": ["x"], "id": 7, "data": []}',
        '{"type": "PAYMENT", "id": "evt_short", "data": {"payment_id": "x"}}',
        '{"data": {"payment_id": {"a": 1}}}',
        "\u0000 é 💶",
    ],
    ids=range(10),
)
def test_a_malformed_message_is_stored_byte_for_byte(desk: Desk, body: str) -> None:
    assert desk.receive(body, attributes={"failure_kind": "permanent"}) == 0

    (event,) = desk.stored()
    assert event["body"] == body
    assert not {"event_type", "event_id", "payment_id"} & set(event)


def test_two_malformed_messages_are_two_entries_and_the_same_one_is_one(desk: Desk) -> None:
    for number, body in enumerate(("{}", "[]", "{}")):
        desk.receive(body, attributes={"failure_kind": "permanent"}, message_id=f"m-{number}")

    assert sorted((e["body"], e["attempts"]) for e in desk.stored()) == [("[]", 1), ("{}", 2)]


def test_one_event_that_fails_in_two_places_is_two_entries(desk: Desk) -> None:
    body = travelling(reserved())
    for queue in ("wallet-funds_reserved", "wallet-funds_reserved-at-expiry"):
        said = {"failure_kind": "permanent"}
        desk.receive(body, f"gateway-processor--{queue}", attributes=said)

    assert len(desk.stored()) == 2


def test_a_message_without_a_reason_is_redriven_and_then_stored_as_unknown(
    desk: Desk,
) -> None:
    desk.receive()
    assert desk.stored() == []

    desk.receive(attributes={"redrives": "3"})

    (event,) = desk.stored()
    assert event["kind"] == "unknown"
    assert "recorded no reason" in event["reason"]
    assert "failed again after 3 re-drives" in event["reason"]


@pytest.mark.parametrize("redrives", ["x", "-5", "1.5", "9" * 20, "\u0663", " 1"])
def test_a_count_that_we_did_not_write_ends_with_an_operator(desk: Desk, redrives: str) -> None:
    assert desk.receive(attributes={"redrives": redrives}) == 0

    assert len(desk.stored()) == 1


@pytest.mark.parametrize("kind", ["", "made-up", "PERMANENT"])
def test_a_kind_that_is_not_in_the_contract_is_unknown(desk: Desk, kind: str) -> None:
    queue = "wallet-service--gateway-payment_approved"

    desk.receive("{}", queue, attributes={"failure_kind": kind})

    assert desk.stored()[0]["kind"] == "unknown"


def test_what_eventbridge_wraps_is_unwrapped(desk: Desk) -> None:
    entry_of_the_bus = {
        "version": "0",
        "detail-type": "wallet.funds_deducted",
        "source": "wallet-service",
        "detail": json.loads(travelling(deducted())),
    }

    desk.receive(
        json.dumps(entry_of_the_bus),
        "payment-orchestrator--wallet-funds_deducted",
        attributes={"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "may not send"},
    )

    (event,) = desk.stored()
    assert json.loads(event["body"]) == json.loads(travelling(deducted()))
    assert event["event_type"] == "wallet.funds_deducted"
    assert event["reason"].startswith("may not send")


def test_what_lambda_wraps_is_unwrapped(desk: Desk) -> None:
    record = {
        "version": "1.0",
        "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 3},
        "requestPayload": json.loads(travelling(completed())),
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "x"},
    }

    desk.receive(json.dumps(record), "metrics-collector--events")

    (event,) = desk.stored()
    assert json.loads(event["body"]) == json.loads(travelling(completed()))
    assert event["event_type"] == "payment.completed"
    assert "RetriesExhausted" in event["reason"]


def test_a_stream_record_that_was_lost_is_stored_as_it_is(desk: Desk) -> None:
    lost = json.dumps(
        {"requestContext": {"condition": "RecordAgeExceeded"}, "DDBStreamBatchInfo": {}}
    )

    desk.receive(lost, "event-relay--outbox")

    (event,) = desk.stored()
    assert event["body"] == lost
    assert "RecordAgeExceeded" in event["reason"]


def test_a_message_that_can_neither_be_stored_nor_sent_back_stays(desk: Desk) -> None:
    desk.cloud.dynamodb.delete_table(TableName=ENVIRONMENT["FAILED_EVENTS_TABLE"])
    batch = a_batch(
        a_record(BODY, f"{QUEUE}-dlq", attributes={"failure_kind": "permanent"}),
        a_record(BODY, "wallet-service--gone-dlq", message_id="m-2"),
        a_record(BODY, f"{QUEUE}-dlq", message_id="m-3"),
    )

    response = desk.consumer.consume(batch)

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-2"}]}


@pytest.mark.parametrize("queue", dead_letter_queues())
def test_every_dead_letter_queue_of_the_template_is_looked_after(desk: Desk, queue: str) -> None:
    said = {"failure_kind": "permanent"}

    assert desk.receive("{}", queue.removesuffix("-dlq"), attributes=said) == 0

    (event,) = desk.stored()
    assert f"{event['consumer']}--{event['channel']}-dlq" == queue


def test_the_entry_point_consumes_as_it_was_built_at_import(cloud: Cloud) -> None:
    assert entry.handler(a_batch(), None) == {"batchItemFailures": []}
