"""(a) Consumers accept everything that the published schema allows, and make legal moves only.

(c) They announce only events that the contract grants them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from schemathesis import GenerationMode

from generated.catalogue import EVENTS
from handlers.core.moves import NONE, Moves
from infra.contracts.documents import Pair
from tests.contracts.histories import MACHINES, History, Machine, after
from tests.contracts.payloads import PAIRS, SEARCH, identity, payloads, violations
from tests.in_memory.system import Entry, System

Event = Mapping[str, Any]


@pytest.mark.parametrize("pair", PAIRS, ids=identity)
def test_every_valid_payload_is_accepted_and_ends_in_a_legal_state(pair: Pair) -> None:
    machine = MACHINES[pair.consumer]

    @SEARCH
    @given(event=payloads(pair.event, GenerationMode.POSITIVE))
    def holds(event: Event) -> None:
        ends = [_end(pair, machine, history, event) for history in machine.histories]
        assert "handled" in ends, f"after no history does {pair.consumer} handle it: {ends}"

    holds()


def _end(pair: Pair, machine: Machine, history: History, event: Event) -> str:
    """Return how the delivery ended after that history; its move must be legal."""
    system = after(history, pair, event)
    before, sent_before = _state(system, machine, event), len(system.sent)

    answer = system.deliver(pair.consumer, pair.channel, event)

    now = _state(system, machine, event)
    assert now in _reachable(machine.moves, before), f"{before} -> {now}"
    _require_sound_balances(system)
    for entry in system.relay():
        require_granted(pair.consumer, entry)
    refusals = [dict(sent.attributes) for sent in system.sent[sent_before:]]
    for refusal in refusals:
        assert not refusal["failure_reason"].startswith("breaks the contract"), refusal
        assert refusal["failure_kind"] == "permanent", refusal
    if refusals:
        assert now == before
        return f"{history.__name__}: {refusals[0]['failure_reason']}"
    return "early" if (answer or {}).get("batchItemFailures") else "handled"


def _state(system: System, machine: Machine, event: Event) -> str:
    subject = event["data"].get("payment_id")
    found = [i for i in system.items(machine.table) if i.get("payment_id") == subject]
    assert len(found) <= 1
    return str(found[0]["status"]) if found else NONE


def _reachable(moves: Moves, state: str) -> set[str]:
    """Return the states that one delivery may lead to, by one or more moves."""
    return {state}.union(*(_reachable(moves, after) for after in moves[state]))


def _require_sound_balances(system: System) -> None:
    items = system.items("wallets")
    reserved = sum(i["amount"] for i in items if i.get("status") == "reserved")
    for balance in (i for i in items if i["entry"] == "BALANCE"):
        assert balance["available"] >= 0
        assert balance["reserved"] == reserved


def require_granted(service: str, entry: Entry) -> None:
    """Require that the service may announce this event, and that the event is valid."""
    event = json.loads(entry.detail)
    assert entry.source == event["source"] == service
    assert entry.detail_type == event["type"]
    assert EVENTS[entry.detail_type].producer == service
    assert violations(entry.detail_type, event) == []
