"""event-relay: an outbox is published only as the contract of its table's owner allows."""

import json

import pytest

from generated.model import Model
from generated.published import PUBLISHED
from handlers.core.errors import Permanent
from handlers.event_relay.decisions import publication
from infra.services.rows import streamed_tables, table_owners
from tests.builders import (
    ANNOUNCED,
    approved,
    completed,
    deducted,
    deposited,
    failed,
    initiated,
    rejected,
    released,
    reservation_failed,
    reserved,
    travelling,
)

pytestmark = pytest.mark.event_relay

EVENTS: list[Model] = [
    initiated(),
    completed(),
    failed(),
    reserved(),
    reservation_failed(),
    deducted(),
    released(),
    deposited(),
    approved(),
    rejected(),
]


def test_every_event_of_the_contract_is_tested_here() -> None:
    tried = {ANNOUNCED[type(event)] for event in EVENTS}

    assert tried == {(name, owner) for owner, events in PUBLISHED.items() for name in events}
    assert {table_owners()[name] for name in streamed_tables()} == set(PUBLISHED)


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_the_owner_of_a_table_announces_its_own_events_as_they_are(event: Model) -> None:
    _, owner = ANNOUNCED[type(event)]
    outbox = travelling(event)

    published = publication(outbox, owner)

    assert published.detail == outbox
    assert published.message.source == owner


@pytest.mark.parametrize("owner", sorted(PUBLISHED))
def test_no_service_can_announce_anothers_event(owner: str) -> None:
    foreign = [event for event in EVENTS if ANNOUNCED[type(event)][1] != owner]

    for event in foreign:
        with pytest.raises(Permanent, match=f"{owner} may not announce"):
            publication(travelling(event), owner)
        with pytest.raises(Permanent, match=r"may not announce|source"):
            publication(travelling(event, source=owner), owner)


@pytest.mark.parametrize("source", ["wallet-service", "somebody", ""])
def test_a_forged_source_is_refused(source: str) -> None:
    with pytest.raises(Permanent):
        publication(travelling(initiated(), source=source), "payment-orchestrator")


@pytest.mark.parametrize(
    "outbox",
    [
        "",
        "{}",
        "[]",
        "null",
        "7",
        '{"type": "payment.initiated"}',
        '{"type": ["payment.initiated"], "source": "payment-orchestrator"}',
        '{"type": "payment.initiated", "source": "payment-orchestrator"}',
        "[" * 100_000,
        '{"type":' * 5_000,
        json.dumps(travelling(initiated())),
        travelling(initiated(), causationid=None),
    ],
    ids=range(12),
)
@pytest.mark.parametrize("owner", ["payment-orchestrator", None])
def test_an_outbox_that_breaks_the_contract_is_refused(outbox: str, owner: str | None) -> None:
    with pytest.raises(Permanent):
        publication(outbox, owner)


@pytest.mark.parametrize("event", EVENTS, ids=lambda e: type(e).__name__)
def test_a_redriven_outbox_is_validated_against_its_own_source(event: Model) -> None:
    assert publication(travelling(event)).message.type == ANNOUNCED[type(event)][0]
    with pytest.raises(Permanent):
        publication(travelling(event, source="metrics-collector"))
