"""(d) Replays of every published example, old releases included, on the current consumers."""

from __future__ import annotations

import json
from typing import Final

import pytest

from infra.contracts.documents import RELEASED, Example, Pair, read, releases
from tests.contracts.histories import MACHINES, after
from tests.contracts.payloads import CONTRACT, PAIRS, validator
from tests.contracts.test_pairs_refuse import require_parked

Replay = tuple[Pair, str, Example]


def replays(*, valid: bool) -> list[Replay]:
    """Return pair, version and example; one that several releases contain is replayed once."""
    published = {"working": CONTRACT, **{v: read(RELEASED / v) for v in reversed(releases())}}
    found: dict[tuple[Pair, str], Replay] = {
        (pair, example.body): (pair, version, example)
        for version, contract in published.items()
        for pair in PAIRS
        for example in contract.examples
        if example.event == pair.event and example.valid is valid
    }
    return list(found.values())


def named(replay: Replay) -> str:
    pair, version, example = replay
    return f"{pair}-{version}-{example.name.removesuffix('.json')}"


GOOD: Final = replays(valid=True)
BAD: Final = replays(valid=False)


@pytest.mark.parametrize("replay", GOOD, ids=map(named, GOOD))
def test_a_published_example_is_still_accepted(replay: Replay) -> None:
    pair, _, example = replay
    event = json.loads(example.body)
    ends = []
    for history in MACHINES[pair.consumer].histories:
        world = after(history, pair, event)
        sent_before = len(world.sent)
        answer = world.deliver(pair.consumer, pair.channel, event)
        ends += [sent.attributes["failure_reason"] for sent in world.sent[sent_before:]]
        ends += [] if (answer or {}).get("batchItemFailures") else ["handled"]

    assert not [end for end in ends if end.startswith("breaks the contract")]
    assert "handled" in ends


@pytest.mark.parametrize("replay", BAD, ids=map(named, BAD))
def test_a_published_counterexample_is_still_refused(replay: Replay) -> None:
    pair, _, example = replay

    require_parked(pair, json.loads(example.body))


@pytest.mark.parametrize("example", CONTRACT.examples, ids=lambda e: f"{e.event}-{e.name}")
def test_an_example_is_valid_or_invalid_as_its_name_says(example: Example) -> None:
    assert validator(example.event).is_valid(json.loads(example.body)) is example.valid
