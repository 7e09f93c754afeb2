"""Messages that are not events, sent to every consumer: none is lost.

A message must be handled, redelivered or parked byte for byte. None of these can be handled, so all
must be parked and stay readable for an operator.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import pytest
from botocore.exceptions import ClientError

from infra.services.rows import streamed_tables
from infra.template import routing
from tests.builders import (
    ALICE,
    a_batch,
    a_record,
    a_request,
    approved,
    initiated,
    travelling,
)
from tests.corpora.corpora import broken_bodies, json_texts, naughty_strings, sendable
from tests.in_memory.system import OPERATOR, System

QUEUES: Final = [q for q in routing.source_queues() if routing.owner(q) != routing.RELAY]
OUTBOX: Final = routing.OUTBOX_QUEUE
ARN: Final = "arn:aws:dynamodb:eu-central-1:123456789012:table/payments-test-{}/stream/2026"
WALLET: Final = "wallet-service--payment-initiated"


def bodies() -> Iterator[tuple[str, str]]:
    """Everything that SQS would carry and no contract defines."""
    yield from broken_bodies().items()
    for name, document in json_texts().items():
        body = sendable(document)
        if body is not None:
            yield name, body
    for number, text in enumerate(naughty_strings()):
        body = sendable(text.encode("utf-8", "replace"))
        if body is not None:
            yield f"naughty string {number}", body
            yield f"naughty string {number} in JSON", json.dumps({"type": text, "data": text})


@pytest.mark.parametrize("queue", QUEUES)
def test_no_message_is_lost(queue: str) -> None:
    system = System()
    sent = []

    for name, body in bodies():
        response = system.consume(routing.owner(queue), queue, body)
        assert response == {"batchItemFailures": []}, name
        sent.append(body)

    assert [message.body for message in system.parked()] == sent
    assert {message.queue for message in system.parked()} == {f"{queue}-dlq"}
    assert system.states() == []
    for message in system.parked():
        assert message.attributes["failure_kind"] == "permanent"
        assert message.attributes["failure_reason"].isprintable()


@pytest.mark.parametrize("table", streamed_tables())
def test_no_outbox_is_lost(table: str) -> None:
    system = System()
    sent = [body for _, body in bodies() if body.strip()]
    records = [_stream_record(table, {"outbox": {"S": body}}) for body in sent]

    for start in range(0, len(records), 100):
        system.invoke("event-relay-stream", {"Records": records[start : start + 100]})

    assert system.published == []
    assert [message.body for message in system.parked()] == sent
    assert {message.queue for message in system.parked()} == {f"{OUTBOX}-dlq"}


def test_no_invocation_by_the_bus_is_lost() -> None:
    """EventBridge delivers objects only; what cannot be measured is parked unchanged."""
    system = System()
    documents = (_read(body) for _, body in bodies())
    # An object with `Records` comes from the poller of a queue and is not an event of the bus.
    objects = [one for one in documents if isinstance(one, dict) and "Records" not in one]

    for document in objects:
        system.invoke("metrics-collector-consumer", document)

    assert len(objects) > 30
    assert [json.loads(message.body) for message in system.parked()] == objects


def test_an_operator_can_read_every_dead_character_byte_for_byte() -> None:
    system = System()
    # Of the bus's own envelope only the event is kept: see test_dead_characters.
    sent = [body for name, body in bodies() if name != "in the bus's envelope"]
    queue = f"{WALLET}-dlq"

    for number, body in enumerate(sent):
        record = a_record(body, queue, message_id=f"m-{number}", attributes=_odd(number))
        response = system.invoke("error-handler-consumer", a_batch(record))
        assert response == {"batchItemFailures": []}, body[:80]

    redriven = [message.body for message in system.sent]
    shown = []
    for item in system.items("failed-events"):
        path = {"failed_event_id": item["failed_event_id"]}
        one = "/failed-events/{failed_event_id}"
        answer = system.ask("error-handler-api", "GET", one, path=path, groups=OPERATOR)
        assert answer["statusCode"] == 200, answer
        shown.append(json.loads(answer["body"])["body"])
    assert {*shown, *redriven} == set(sent)


def _odd(number: int) -> dict[str, str]:
    """Attributes that only a bug or an attacker would set."""
    odd: tuple[dict[str, str], ...] = (
        {},
        {"failure_kind": "made-up", "failure_reason": "\U0001f4a5" * 1000},
        {"redrives": "-1"},
        {"redrives": "ten"},
        {"redrives": "9" * 400},
        {"redrives": "1.5", "failure_kind": "retryable"},
    )
    return odd[number % len(odd)]


def test_one_invalid_message_in_ten_affects_no_other() -> None:
    for poison in broken_bodies().values():
        system = System()
        system.deposit(10_000, ALICE, "USD")
        texts = [
            travelling(initiated(payment_id=f"pay_{character * 26}")) for character in "abcdefghi"
        ]
        texts.insert(3, poison)
        records = [a_record(t, WALLET, message_id=f"m-{n}") for n, t in enumerate(texts)]

        response = system.invoke("wallet-service-consumer", a_batch(*records))

        assert response == {"batchItemFailures": []}
        reserved = [one for one in system.items("wallets") if one.get("status") == "reserved"]
        assert len(reserved) == 9
        assert [message.body for message in system.parked()] == [poison]


def test_the_same_message_twice_in_one_batch_counts_once() -> None:
    system = System()
    system.deposit(10_000, ALICE, "USD")
    asked = [a_record(travelling(initiated()), WALLET, message_id="m-1")] * 3
    answered = "wallet-service--gateway-payment_approved"
    answers = [a_record(travelling(approved()), answered, message_id="m-2")] * 3

    for records in (asked, answers):
        response = system.invoke("wallet-service-consumer", a_batch(*records))
        assert response == {"batchItemFailures": []}

    assert system.money() == {f"{ALICE}#USD": (9_500, 0)}
    assert system.parked() == []


@pytest.mark.parametrize("function", ["wallet-service", "payment-orchestrator", "error-handler"])
def test_an_empty_batch_needs_no_call(function: str) -> None:
    system = System()

    assert system.invoke(f"{function}-consumer", a_batch()) == {"batchItemFailures": []}
    assert system.calls == []


def test_records_of_a_stream_that_announce_nothing_are_skipped() -> None:
    """The filter of the mapping should drop them before they get here."""
    system = System()
    good = {"outbox": {"S": travelling(initiated())}}
    records = [
        _stream_record("payments", None, "REMOVE"),
        _stream_record("payments", {}),
        _stream_record("payments", {"outbox": {"NULL": True}}),
        _stream_record("payments", {"outbox": {"M": {}}}),
        _stream_record("payments", good),
    ]

    system.invoke("event-relay-stream", {"Records": records})
    system.invoke("event-relay-stream", {"Records": []})

    assert [entry.detail_type for entry in system.published] == ["payment.initiated"]
    assert system.parked() == []


def test_a_message_that_cannot_be_parked_stays_in_its_queue() -> None:
    system = System()
    system.failing = ClientError({"Error": {"Code": "InvalidParameterValue"}}, "SendMessage")
    body = broken_bodies()["as large as it can be"]

    response = system.consume("wallet-service", WALLET, body)

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}


@pytest.mark.parametrize("field", ["headers", "body", "path", "queryStringParameters"])
def test_an_incomplete_request_is_refused_without_a_crash(field: str) -> None:
    system = System()
    event = a_request("POST", "/payments", headers={"Idempotency-Key": "k"}, body={"payee": "x"})
    for odd in ({k: v for k, v in event.items() if k != field}, event | {field: None}):
        answer = system.invoke("payment-orchestrator-api", odd)

        assert 400 <= answer["statusCode"] < 500, answer


def _stream_record(table: str, image: dict[str, Any] | None, name: str = "INSERT") -> Any:
    change = {"SequenceNumber": "1"} | ({"NewImage": image} if image is not None else {})
    return {
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "eventSourceARN": ARN.format(table),
        "dynamodb": change,
    }


def _read(body: str) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
