"""Every pair has all its tests: what is promised for one pair is tested for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import pytest
import yaml

from generated.catalogue import EVENTS
from infra.contracts.documents import ASYNCAPI, SPECS, Pair
from tests.contracts import test_announcements
from tests.contracts import test_pairs_accept as accept
from tests.contracts import test_pairs_refuse as refuse
from tests.contracts import test_pairs_replay as replay
from tests.contracts import test_pairs_routing as routing
from tests.contracts.histories import MACHINES
from tests.contracts.payloads import CONTRACT

# The promises (a) to (e) of a pair; each test is parametrized by pair or by replay.
PROMISES: Final[dict[str, Callable[..., Any]]] = {
    "accepts": accept.test_every_valid_payload_is_accepted_and_ends_in_a_legal_state,
    "refuses": refuse.test_every_invalid_payload_is_parked_with_the_reason,
    "understands": replay.test_a_published_example_is_still_accepted,
    "refuses counterexamples": replay.test_a_published_counterexample_is_still_refused,
    "is reached": routing.test_the_event_reaches_its_consumer_as_it_was_announced,
}


def written_down() -> set[tuple[str, str]]:
    """Return consumer and channel of every pair, read from the text of the specification alone."""
    document = yaml.safe_load((SPECS / ASYNCAPI).read_text("utf-8"))
    return {
        (operation["x-service"], operation["channel"]["$ref"].removeprefix("#/channels/"))
        for operation in document["operations"].values()
        if operation["action"] == "receive"
    }


def pairs_of(promise: Callable[..., Any]) -> set[tuple[str, str]]:
    (mark,) = (m for m in promise.pytestmark if m.name == "parametrize")  # type: ignore[attr-defined]
    pairs: list[Pair] = [v if isinstance(v, Pair) else v[0] for v in mark.args[1]]
    return {(pair.consumer, pair.channel) for pair in pairs}


@pytest.mark.parametrize("promise", PROMISES)
def test_every_pair_is_tested_for_the_promise(promise: str) -> None:
    assert pairs_of(PROMISES[promise]) == written_down()


def test_the_catalogue_has_exactly_the_pairs_of_the_specification() -> None:
    catalogued = {(c.service, c.channel) for e in EVENTS.values() for c in e.consumers}

    assert catalogued == written_down()


def test_every_consumer_has_its_histories() -> None:
    assert set(MACHINES) == {consumer for consumer, _ in written_down()}


@pytest.mark.parametrize("service", MACHINES)
def test_the_histories_of_a_consumer_reach_every_state_of_its_machine(service: str) -> None:
    """Some states are reached only by moves within a delivery (a charge that expired)."""
    machine = MACHINES[service]
    names = {history.__name__ for history in machine.histories}
    starts = {"nothing": "none", "unknown": "pending"}
    states = {starts.get(name, name) for name in names}
    ends = {after for state in states for after in machine.moves.get(state, ())}

    assert set(machine.moves) <= states | ends


def test_every_event_except_a_replaced_version_is_captured_from_its_producer() -> None:
    seen = {
        entry.detail_type
        for journey in test_announcements.JOURNEYS
        for entry in test_announcements.announced(journey)
    }

    silent = {event for event in CONTRACT.events if CONTRACT.announced_as(event)}
    assert seen == set(EVENTS) - silent
