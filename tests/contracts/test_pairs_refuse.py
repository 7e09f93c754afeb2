"""(b) An event that is invalid by the published schema is parked with the reason."""

from __future__ import annotations

import json
from typing import Any, Final

import pytest
from hypothesis import given
from schemathesis import GenerationMode

from generated.catalogue import EVENTS
from generated.contract import Consumer
from infra.contracts.documents import Pair
from tests.contracts.payloads import CONTRACT, PAIRS, SEARCH, example, identity, payloads
from tests.in_memory.system import System

# Bodies that no generator makes: not a JSON object, or one in another encoding.
NO_EVENTS: Final = {
    "not JSON": "{",
    "nothing": "null",
    "a list": "[]",
    "a text": '"text"',
    "NaN": '{"specversion": NaN}',
    "deeply nested": "[" * 10_000,
    "encoded twice": json.dumps(json.dumps({"specversion": "1.0"})),
    "a lone surrogate": '{"id": "\\ud800"}',
}


def consumer_of(pair: Pair) -> Consumer:
    (found,) = (
        c
        for c in EVENTS[pair.event].consumers
        if (c.service, c.channel) == (pair.consumer, pair.channel)
    )
    return found


def dead_letter_queue(consumer: Consumer) -> str:
    if consumer.delivery == "invoke":
        return f"{consumer.service}--events-dlq"
    return f"{consumer.queue}-dlq"


def require_parked(pair: Pair, event: Any) -> None:
    """Require the event in the DLQ of the pair, with a reason, and no other effect."""
    system = System()
    answer = system.deliver(pair.consumer, pair.channel, event)

    assert not (answer or {}).get("batchItemFailures")
    (message,) = system.sent
    assert message.queue == dead_letter_queue(consumer_of(pair))
    assert message.attributes["failure_kind"] == "permanent"
    assert message.attributes["failure_reason"].startswith("breaks the contract: ")
    assert json.loads(message.body) == event
    assert system.written == []
    assert system.published == []
    assert system.metrics() == {}


@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_every_invalid_payload_is_parked_with_the_reason(pair: Pair) -> None:
    @SEARCH
    @given(event=payloads(pair.event, GenerationMode.NEGATIVE).filter(_can_travel))
    def holds(event: Any) -> None:
        require_parked(pair, event)

    holds()


def _can_travel(event: Any) -> bool:
    """Whether the bus can carry it: only objects reach a consumer that the bus invokes."""
    return isinstance(event, dict)


@pytest.mark.parametrize("what", NO_EVENTS)
@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_a_body_that_is_not_an_event_is_parked_unchanged(pair: Pair, what: str) -> None:
    consumer, system = consumer_of(pair), System()
    # Events that operators send back to an invoked service come through a queue as well.
    invoked = consumer.delivery == "invoke"
    queue = f"{consumer.service}--events" if invoked else consumer.queue

    answer = system.consume(pair.consumer, queue, NO_EVENTS[what])

    assert answer == {"batchItemFailures": []}
    (message,) = system.sent
    assert message.body == NO_EVENTS[what]
    assert message.queue == f"{queue}-dlq"
    assert message.attributes["failure_reason"].startswith("breaks the contract")
    assert system.written == []


QUEUED: Final = [pair for pair in PAIRS if consumer_of(pair).delivery == "queue"]


@pytest.mark.parametrize("pair", QUEUED, ids=identity)
def test_another_event_of_the_catalogue_is_refused(pair: Pair) -> None:
    for other in CONTRACT.events:
        if other != pair.event:
            require_parked(pair, example(other))


@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_an_integer_with_a_decimal_point_is_refused(pair: Pair) -> None:
    """Stricter than JSON Schema, for which 1.0 is an integer: money never becomes a float."""
    event = example(pair.event)

    require_parked(pair, {**event, "data": {**event["data"], "amount": _in_floats(event)}})


def _in_floats(event: Any) -> dict[str, Any]:
    amount = event["data"]["amount"]
    return {**amount, "value": float(amount["value"])}
