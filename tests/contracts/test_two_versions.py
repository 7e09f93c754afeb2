"""A breaking change of an event is a new version beside the old: both are made, sent and routed.

`payment.failed.v2` names the reason of `payment.failed` differently, which would break its readers.
"""

from __future__ import annotations

import ast
import json
from copy import deepcopy
from typing import Any, Final

import pytest

from generated.catalogue import EVENTS
from generated.contract import Consumer, Event
from infra.contracts.compat import changes
from infra.contracts.documents import ASYNCAPI, Documents, Example
from infra.contracts.mutants.notice import reading
from infra.contracts.rules import violations
from infra.generate import events, models, outputs
from infra.template import routing
from tests.contracts import bus
from tests.contracts.payloads import CONTRACT, example
from tests.contracts.world import Entry

OLD: Final = "payment.failed"
NEW: Final = "payment.failed.v2"
PRODUCER: Final = "payment-orchestrator"
CONSUMER: Final = "metrics-collector"


def with_both() -> Documents:
    """What a developer writes: a channel, a message, a schema, the operations and examples."""
    document: Any = CONTRACT.copy(ASYNCAPI)
    text = json.dumps(document["components"]["messages"][OLD])
    message = json.loads(text.replace(OLD, NEW).replace("PaymentFailed", "PaymentFailedV2"))
    schema = deepcopy(document["components"]["schemas"]["PaymentFailed"])
    schema["properties"]["code"] = schema["properties"].pop("reason")
    schema["required"] = ["payment_id", "user_id", "amount", "code"]
    document["components"]["messages"][NEW] = message
    document["components"]["schemas"]["PaymentFailedV2"] = schema
    document["channels"][NEW] = json.loads(json.dumps(document["channels"][OLD]).replace(OLD, NEW))
    for name in (f"{PRODUCER}.sends.{OLD}", f"{CONSUMER}.receives.{OLD}"):
        operation = json.loads(json.dumps(document["operations"][name]).replace(OLD, NEW))
        document["operations"][name.replace(OLD, NEW)] = operation
    examples = (*CONTRACT.examples, *map(_of_new, CONTRACT.examples_of(OLD)))
    return Documents({**CONTRACT.by_name, ASYNCAPI: document}, examples)


def _of_new(old: Example) -> Example:
    body = old.body.replace(OLD, NEW).replace('"reason"', '"code"')
    return Example(NEW, old.name, body)


def test_the_new_version_only_adds_to_the_contract() -> None:
    both = with_both()

    assert list(violations(both)) == []
    assert not [str(change) for change in changes(CONTRACT, both) if change.breaking]


def test_changing_the_event_in_place_would_break_its_readers() -> None:
    document: Any = CONTRACT.copy(ASYNCAPI)
    schemas = document["components"]["schemas"]
    schemas["PaymentFailed"] = with_both().asyncapi["components"]["schemas"]["PaymentFailedV2"]

    found = changes(CONTRACT, CONTRACT.with_document(ASYNCAPI, document))

    assert {c.what for c in found if c.breaking} == {"field removed", "required field added"}


def test_both_versions_are_generated_for_producer_and_consumer() -> None:
    with reading(with_both()):
        catalogue = events.read_catalogue()
        service = next(s for s in catalogue.services() if s.name == PRODUCER)
        (new,) = (event for event in catalogue.events if event.type == NEW)
        source = models.channel_module(new, new.channel, catalogue.document)
        template = outputs.environment().get_template("message.py.jinja")
        message = template.render(event=new, channel=new.channel)

    assert {OLD, NEW} <= {event.type for event in service.sends}
    assert {"PaymentFailedV2"} == classes(source)
    assert {"PaymentFailedV2Message"} == classes(message)


def classes(source: str) -> set[str]:
    return {node.name for node in ast.parse(source).body if isinstance(node, ast.ClassDef)}


def test_each_version_reaches_its_own_consumers(monkeypatch: pytest.MonkeyPatch) -> None:
    hears = Consumer(CONSUMER, NEW, NEW, "invoke", False)
    event = Event(NEW, PRODUCER, False, (hears,))
    monkeypatch.setattr(routing, "EVENTS", {**EVENTS, NEW: event})
    bus.built.cache_clear()
    try:
        for version in (OLD, NEW):
            entry = Entry(PRODUCER, version, json.dumps(example(OLD)))
            (delivery,) = bus.deliveries(entry)
            assert delivery.function == f"{CONSUMER}-consumer"
    finally:
        bus.built.cache_clear()
