"""(e) The rules of the template deliver each event unchanged to exactly its consumers."""

from __future__ import annotations

import json
from typing import Final

import pytest

from infra.contracts.documents import Pair
from infra.template import build_template
from tests.contracts.bus import EXPIRY_S, deliveries
from tests.contracts.payloads import CONTRACT, PAIRS, example, identity
from tests.in_memory.system import Entry

SERVICES: Final = sorted({pair.producer for pair in PAIRS})


def entry_of(event: str, source: str) -> Entry:
    return Entry(source, event, json.dumps(example(event)))


def reached(event: str) -> list[tuple[str, str | None]]:
    producer = next(pair.producer for pair in PAIRS if pair.event == event)
    found = deliveries(entry_of(event, producer))
    assert all(json.loads(delivery.body) == example(event) for delivery in found)
    return sorted((d.function, d.queue or "") for d in found)


def expected(event: str) -> list[tuple[str, str | None]]:
    """Return the consumers and their queues by the operations of the document."""
    return sorted((f"{p.consumer}-consumer", queue_of(p) or "") for p in PAIRS if p.event == event)


def queue_of(pair: Pair) -> str | None:
    operation = CONTRACT.asyncapi["operations"][f"{pair.consumer}.receives.{pair.channel}"]
    if operation.get("x-delivery") == "invoke":
        return None
    return f"{pair.consumer}--{pair.channel.replace('.', '-')}"


@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_the_event_reaches_its_consumer_as_it_was_announced(pair: Pair) -> None:
    found = [
        delivery
        for delivery in deliveries(entry_of(pair.event, pair.producer))
        if (delivery.function, delivery.queue) == (f"{pair.consumer}-consumer", queue_of(pair))
    ]

    (delivery,) = found
    assert json.loads(delivery.body) == example(pair.event)
    assert delivery.delay_s == delay_of(pair)


def delay_of(pair: Pair) -> int:
    """Return the value of the delay's parameter in the rendered template, or none."""
    delay = CONTRACT.asyncapi["channels"][pair.channel].get("x-delay")
    if delay is None:
        return 0
    assert delay["parameter"] == "ExpirySeconds"
    return EXPIRY_S


@pytest.mark.parametrize("event", CONTRACT.events)
def test_the_event_reaches_exactly_its_consumers(event: str) -> None:
    assert reached(event) == expected(event)


@pytest.mark.parametrize("event", CONTRACT.events)
def test_the_event_is_delivered_from_no_other_service(event: str) -> None:
    producer = next(pair.producer for pair in PAIRS if pair.event == event)

    for source in (*SERVICES, "somebody-else", ""):
        if source != producer:
            assert deliveries(entry_of(event, source)) == []


def test_an_unknown_event_is_delivered_to_no_service() -> None:
    for source in SERVICES:
        assert deliveries(Entry(source, "payment.unknown", "{}")) == []


def test_the_default_delay_of_the_template_is_that_of_the_contract() -> None:
    channels = CONTRACT.asyncapi["channels"].values()
    parameters = build_template().to_dict()["Parameters"]

    for delay in (channel["x-delay"] for channel in channels if "x-delay" in channel):
        assert parameters[delay["parameter"]]["Default"] == delay["seconds"]
