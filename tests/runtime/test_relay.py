"""event-relay: every outbox reaches the bus or an operator; no shard is blocked by poison."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from handlers.core.errors import Retryable
from handlers.event_relay.stream import ENTRIES_MAX, REFUSED_CODES, TRIES_MAX, Relay
from infra.services.rows import streamed_tables, table_owners
from tests.builders import (
    PREFIX,
    REGION,
    VirtualTime,
    a_record,
    completed,
    deducted,
    initiated,
    payment_ids,
    travelling,
)
from tests.runtime.fakes import Client, always, in_turn, refusal

pytestmark = pytest.mark.event_relay

DLQ = "https://sqs.test/dlq"
OTHER_TABLES = [t for t in streamed_tables() if table_owners()[t] != "payment-orchestrator"]
GOOD = travelling(initiated())
DOWN = EndpointConnectionError(endpoint_url="https://events.test")


def taken(request: dict[str, Any]) -> dict[str, Any]:
    return {"Entries": [{"EventId": "1"} for _ in request["Entries"]]}


def entries(*codes: str | None) -> dict[str, Any]:
    return {"Entries": [{"ErrorCode": code} if code else {"EventId": "1"} for code in codes]}


def a_bus(*answers: Any) -> Client:
    return Client({"put_events": in_turn(*answers) if answers else taken})


def a_relay(bus: Client, sqs: Client | None = None, time: VirtualTime | None = None) -> Relay:
    return Relay(
        events=bus.events,
        sqs=(sqs or Client()).sqs,
        bus="bus-1",
        dlq_url=lambda: DLQ,
        prefix=PREFIX,
        clock=(time or VirtualTime()).clock(),
        owners=table_owners(),
    )


def a_change(outbox: str | None, table: str = "payments", name: str = "MODIFY") -> dict[str, Any]:
    """A record of a table's stream."""
    image = {"version": {"N": "1"}} | ({"outbox": {"S": outbox}} if outbox is not None else {})
    return {
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "eventSourceARN": (
            f"arn:aws:dynamodb:{REGION}:123456789012:table/{PREFIX}-{table}/stream/2026"
        ),
        "dynamodb": {"Keys": {}, **({} if name == "REMOVE" else {"NewImage": image})},
    }


def published(bus: Client) -> list[str]:
    return [e["Detail"] for request in bus.asked("put_events") for e in request["Entries"]]


def test_an_outbox_goes_to_the_bus_as_it_is() -> None:
    bus = a_bus()

    a_relay(bus).consume({"Records": [a_change(GOOD)]})

    assert bus.asked("put_events") == [
        {
            "Entries": [
                {
                    "EventBusName": "bus-1",
                    "Source": "payment-orchestrator",
                    "DetailType": "payment.initiated",
                    "Detail": GOOD,
                }
            ]
        }
    ]


@pytest.mark.parametrize(
    "records",
    [[], [a_change(None)], [a_change(None, name="REMOVE")], [{**a_change(None), "dynamodb": {}}]],
)
def test_a_change_that_announces_nothing_is_skipped(records: list[dict[str, Any]]) -> None:
    bus = a_bus()

    a_relay(bus).consume({"Records": records})

    assert bus.calls == []


@pytest.mark.parametrize(("count", "calls"), [(10, 1), (11, 2), (100, 10)])
def test_events_go_in_order_and_as_many_together_as_the_bus_takes(count: int, calls: int) -> None:
    bus = a_bus()
    outboxes = [travelling(initiated(payment_id=p)) for p in payment_ids(count)]

    a_relay(bus).consume({"Records": [a_change(outbox) for outbox in outboxes]})

    assert published(bus) == outboxes
    assert len(bus.calls) == calls
    assert max(len(r["Entries"]) for r in bus.asked("put_events")) <= ENTRIES_MAX


@pytest.mark.parametrize("table", OTHER_TABLES)
def test_an_event_of_another_services_table_is_parked(table: str) -> None:
    bus, sqs = a_bus(), Client()

    a_relay(bus, sqs).consume({"Records": [a_change(GOOD, table)]})

    assert bus.calls == []
    (parked,) = sqs.asked("send_message")
    assert (parked["QueueUrl"], parked["MessageBody"]) == (DLQ, GOOD)
    assert "may not announce payment.initiated" in str(parked["MessageAttributes"])


def test_a_stream_without_an_owner_is_not_published_and_its_table_is_named() -> None:
    bus, sqs = a_bus(), Client()

    with pytest.raises(Retryable, match="no owner of the table payments-test-receipts"):
        a_relay(bus, sqs).consume({"Records": [a_change(GOOD, "receipts")]})

    assert bus.calls == sqs.calls == []


def test_poison_is_parked_and_the_other_events_are_published() -> None:
    bus, sqs = a_bus(), Client()
    poison = travelling(initiated(), source="wallet-service")

    a_relay(bus, sqs).consume(
        {"Records": [a_change(GOOD), a_change(poison), a_change(travelling(completed()))]}
    )

    assert published(bus) == [GOOD, travelling(completed())]
    assert [m["MessageBody"] for m in sqs.asked("send_message")] == [poison]
    assert sqs.asked("send_message")[0]["MessageAttributes"]["failure_kind"] == {
        "DataType": "String",
        "StringValue": "permanent",
    }


def test_poison_that_cannot_be_parked_holds_the_batch_before_anything_is_published() -> None:
    bus, sqs = a_bus(), Client({"send_message": always(DOWN)})

    with pytest.raises(Retryable, match="could not be parked"):
        a_relay(bus, sqs).consume({"Records": [a_change(GOOD), a_change("poison")]})

    assert bus.calls == []


def test_only_events_that_the_bus_rejected_are_sent_again() -> None:
    first, second, third = (travelling(initiated(payment_id=p)) for p in payment_ids(3))
    bus = a_bus(entries(None, "ThrottlingException", None), entries(None))
    time = VirtualTime()

    a_relay(bus, time=time).consume(
        {"Records": [a_change(first), a_change(second), a_change(third)]}
    )

    assert published(bus) == [first, second, third, second]
    assert time.pauses == [0.05]


@pytest.mark.parametrize("code", sorted(REFUSED_CODES))
def test_an_event_that_the_bus_will_never_accept_is_parked(code: str) -> None:
    bus, sqs = a_bus(entries(None, code)), Client()
    poison = travelling(completed())

    a_relay(bus, sqs).consume({"Records": [a_change(GOOD), a_change(poison)]})

    assert [m["MessageBody"] for m in sqs.asked("send_message")] == [poison]
    assert len(bus.calls) == 1


def test_a_bus_that_accepts_nothing_holds_the_batch() -> None:
    bus, time = a_bus(entries("InternalFailure")), VirtualTime()

    with pytest.raises(Retryable, match="1 events could not be published in 4 tries"):
        a_relay(bus, time=time).consume({"Records": [a_change(GOOD)]})

    assert len(bus.calls) == TRIES_MAX
    assert time.pauses[:3] == [0.05, 0.1, 0.2]


@pytest.mark.parametrize(
    "error", [DOWN, refusal("ThrottlingException"), refusal("InternalException", status=500)]
)
def test_a_bus_that_is_down_holds_the_batch(error: Exception) -> None:
    with pytest.raises(Retryable, match="publish events"):
        a_relay(a_bus(error)).consume({"Records": [a_change(GOOD)]})


def test_a_redriven_outbox_is_published_as_its_own_source() -> None:
    bus = a_bus()
    sent_back: Any = a_record(travelling(deducted()), "event-relay--outbox") | {
        "eventSource": "aws:sqs"
    }

    a_relay(bus).consume({"Records": [sent_back]})

    assert bus.asked("put_events")[0]["Entries"][0]["Source"] == "wallet-service"


def test_a_redriven_outbox_is_parked_again_when_it_is_still_broken() -> None:
    bus, sqs = a_bus(), Client()
    sent_back: Any = a_record("{}", "event-relay--outbox") | {"eventSource": "aws:sqs"}

    a_relay(bus, sqs).consume({"Records": [sent_back]})

    assert bus.calls == []
    assert [m["MessageBody"] for m in sqs.asked("send_message")] == ["{}"]
