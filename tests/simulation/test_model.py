"""The model of the choreography keeps its promises; known-bad variants do not."""

from __future__ import annotations

import pytest

from generated.catalogue import EVENTS
from tests.simulation.model import BAD, GOOD, REACTIONS, Rules, explored


@pytest.mark.parametrize("rules", GOOD, ids=str)
def test_no_interleaving_breaks_a_promise_and_each_payment_can_end(rules: Rules) -> None:
    found = explored(rules)

    assert found.good, found.violation or found.stuck
    assert found.states > 50


@pytest.mark.parametrize("name", BAD)
def test_a_variant_that_is_known_to_be_bad_fails(name: str) -> None:
    assert not explored(BAD[name]).good


def test_the_model_reacts_to_every_queue_of_the_catalogue() -> None:
    queues = {c.channel for e in EVENTS.values() for c in e.consumers if c.delivery == "queue"}

    assert set(REACTIONS) == queues
