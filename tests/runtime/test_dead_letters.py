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
class ErrorHandler:
    cloud: Cloud
    consumer: DeadLetterConsumer

    def receive(self, body: str = BODY, queue: str = QUEUE, **record: Any) -> int:
        """Receive a message from a DLQ; return how many must be redelivered."""
        batch = a_batch(a_record(body, f"{queue}-dlq", **record))
        return len(self.consumer.consume(batch)["batchItemFailures"])

    def stored(self) -> list[dict[str, Any]]:
        return self.cloud.plain("failed-events")

    def sent_back(self, queue: str = QUEUE) -> list[dict[str, Any]]:
        return self.cloud.messages(queue)


@pytest.fixture
def handler(cloud: Cloud, time: VirtualTime) -> ErrorHandler:
    cloud.queue(QUEUE)
    return ErrorHandler(cloud, entry.build(Settings(ENVIRONMENT), time.clock()))


def test_a_redriven_message_is_the_same_and_counts(handler: ErrorHandler) -> None:
    assert handler.receive(attributes={"failure_kind": "retryable"}, message_id="m-1") == 0

    url = handler.cloud.sqs.get_queue_url(QueueName=f"{ENVIRONMENT['PREFIX']}-{QUEUE}")
    delayed = handler.cloud.sqs.get_queue_attributes(
        QueueUrl=url["QueueUrl"], AttributeNames=["ApproximateNumberOfMessagesDelayed"]
    )
    assert delayed["Attributes"]["ApproximateNumberOfMessagesDelayed"] == "1"
    assert handler.stored() == []


def test_a_redrive_without_delay_overrides_the_queues_own(cloud: Cloud) -> None:
    queue = "payment-orchestrator--payment-initiated-after-deadline"
    cloud.sqs.create_queue(
        QueueName=f"{ENVIRONMENT['PREFIX']}-{queue}", Attributes={"DelaySeconds": "900"}
    )
    handler = ErrorHandler(
        cloud, entry.build(Settings(ENVIRONMENT), VirtualTime(drawn=0.0).clock())
    )

    handler.receive(queue=queue, attributes={"redrives": "1"})

    (message,) = handler.sent_back(queue)
    assert message["Body"] == BODY
    assert texts(message) == {"redrives": "2"}


def test_a_permanent_failure_is_stored_with_everything_known_about_it(
    handler: ErrorHandler,
) -> None:
    attributes = {"failure_kind": "permanent", "failure_reason": "breaks the contract: x"}

    assert handler.receive(attributes=attributes) == 0

    (event,) = handler.stored()
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
    assert handler.sent_back() == []


def test_a_stored_event_raises_an_alarm(
    handler: ErrorHandler, capsys: pytest.CaptureFixture[str]
) -> None:
    handler.receive(attributes={"failure_kind": "permanent"})

    (metric,) = [json.loads(x) for x in capsys.readouterr().out.splitlines() if "_aws" in x]
    assert metric["FailedEventParked"] == [1.0]
    assert metric["consumer"] == "wallet-service"
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Payments"
    assert ["consumer", "service"] in [
        sorted(d) for d in metric["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
    ]


def test_a_duplicate_of_a_message_does_not_open_what_was_reviewed(
    handler: ErrorHandler, time: VirtualTime
) -> None:
    handler.receive(attributes={"failure_kind": "permanent"})
    store = FailedEvents(handler.cloud.dynamodb, ENVIRONMENT["FAILED_EVENTS_TABLE"])
    event = store.fetch(handler.stored()[0]["failed_event_id"])
    assert event is not None
    store.record_review(event.review("discarded", by="olga", note="x", now=NOW))
    time.now = LATER

    handler.receive(attributes={"failure_kind": "permanent"})

    assert [(e["status"], e["attempts"]) for e in handler.stored()] == [("discarded", 1)]


def test_an_event_that_fails_again_after_its_review_is_open_again(
    handler: ErrorHandler, time: VirtualTime
) -> None:
    handler.receive(attributes={"failure_kind": "permanent"})
    time.now = LATER

    handler.receive(attributes={"failure_kind": "permanent"}, message_id="m-2")

    assert [(e["status"], e["attempts"], e["parked_at"]) for e in handler.stored()] == [
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
def test_a_malformed_message_is_stored_byte_for_byte(handler: ErrorHandler, body: str) -> None:
    assert handler.receive(body, attributes={"failure_kind": "permanent"}) == 0

    (event,) = handler.stored()
    assert event["body"] == body
    assert not {"event_type", "event_id", "payment_id"} & set(event)


def test_two_malformed_messages_are_two_entries_and_a_duplicate_is_none(
    handler: ErrorHandler,
) -> None:
    for number, body in enumerate(("{}", "[]", "{}")):
        handler.receive(body, attributes={"failure_kind": "permanent"}, message_id=f"m-{number}")

    assert sorted((e["body"], e["attempts"]) for e in handler.stored()) == [
        ("[]", 1),
        ("{}", 2),
    ]


def test_one_event_that_fails_in_two_places_is_two_entries(handler: ErrorHandler) -> None:
    body = travelling(reserved())
    for queue in ("wallet-funds_reserved", "wallet-funds_reserved-at-expiry"):
        attributes = {"failure_kind": "permanent"}
        handler.receive(body, f"gateway-processor--{queue}", attributes=attributes)

    assert len(handler.stored()) == 2


def test_a_message_without_a_reason_is_redriven_and_then_stored_as_unknown(
    handler: ErrorHandler,
) -> None:
    handler.receive()
    assert handler.stored() == []

    handler.receive(attributes={"redrives": "3"})

    (event,) = handler.stored()
    assert event["kind"] == "unknown"
    assert "recorded no reason" in event["reason"]
    assert "failed again after 3 re-drives" in event["reason"]


@pytest.mark.parametrize("redrives", ["x", "-5", "1.5", "9" * 20, "\u0663", " 1"])
def test_a_count_that_we_did_not_write_ends_with_an_operator(
    handler: ErrorHandler, redrives: str
) -> None:
    assert handler.receive(attributes={"redrives": redrives}) == 0

    assert len(handler.stored()) == 1


@pytest.mark.parametrize("kind", ["", "made-up", "PERMANENT"])
def test_a_kind_that_is_not_in_the_contract_is_unknown(handler: ErrorHandler, kind: str) -> None:
    queue = "wallet-service--gateway-payment_approved"

    handler.receive("{}", queue, attributes={"failure_kind": kind})

    assert handler.stored()[0]["kind"] == "unknown"


def test_the_event_that_eventbridge_wraps_is_unwrapped(handler: ErrorHandler) -> None:
    entry_of_the_bus = {
        "version": "0",
        "detail-type": "wallet.funds_deducted",
        "source": "wallet-service",
        "detail": json.loads(travelling(deducted())),
    }

    handler.receive(
        json.dumps(entry_of_the_bus),
        "payment-orchestrator--wallet-funds_deducted",
        attributes={"ERROR_CODE": "NO_PERMISSIONS", "ERROR_MESSAGE": "may not send"},
    )

    (event,) = handler.stored()
    assert json.loads(event["body"]) == json.loads(travelling(deducted()))
    assert event["event_type"] == "wallet.funds_deducted"
    assert event["reason"].startswith("may not send")


def test_the_event_that_lambda_wraps_is_unwrapped(handler: ErrorHandler) -> None:
    record = {
        "version": "1.0",
        "requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 3},
        "requestPayload": json.loads(travelling(completed())),
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "x"},
    }

    handler.receive(json.dumps(record), "metrics-collector--events")

    (event,) = handler.stored()
    assert json.loads(event["body"]) == json.loads(travelling(completed()))
    assert event["event_type"] == "payment.completed"
    assert "RetriesExhausted" in event["reason"]


def test_a_stream_record_that_was_lost_is_stored_as_it_is(handler: ErrorHandler) -> None:
    lost = json.dumps(
        {"requestContext": {"condition": "RecordAgeExceeded"}, "DDBStreamBatchInfo": {}}
    )

    handler.receive(lost, "event-relay--outbox")

    (event,) = handler.stored()
    assert event["body"] == lost
    assert "RecordAgeExceeded" in event["reason"]


def test_a_message_that_can_neither_be_stored_nor_sent_back_is_redelivered(
    handler: ErrorHandler,
) -> None:
    handler.cloud.dynamodb.delete_table(TableName=ENVIRONMENT["FAILED_EVENTS_TABLE"])
    batch = a_batch(
        a_record(BODY, f"{QUEUE}-dlq", attributes={"failure_kind": "permanent"}),
        a_record(BODY, "wallet-service--gone-dlq", message_id="m-2"),
        a_record(BODY, f"{QUEUE}-dlq", message_id="m-3"),
    )

    response = handler.consumer.consume(batch)

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-1"}, {"itemIdentifier": "m-2"}]}


@pytest.mark.parametrize("queue", dead_letter_queues())
def test_every_dead_letter_queue_of_the_template_is_consumed(
    handler: ErrorHandler, queue: str
) -> None:
    attributes = {"failure_kind": "permanent"}

    assert handler.receive("{}", queue.removesuffix("-dlq"), attributes=attributes) == 0

    (event,) = handler.stored()
    assert f"{event['consumer']}--{event['channel']}-dlq" == queue


def test_the_entry_point_consumes_as_it_was_built_at_import(cloud: Cloud) -> None:
    assert entry.handler(a_batch(), None) == {"batchItemFailures": []}
