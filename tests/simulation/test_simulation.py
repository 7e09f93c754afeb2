"""Thousands of payments under faults, a world per seed; and seeds that once failed."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.simulation import campaign
from tests.simulation.faults import Fault
from tests.simulation.shrink import shrunken
from tests.simulation.world import points, simulate

SHARDS = 16
WORLDS_PER_SHARD = 79  # of 24 payments each: 30,336 payments in all


@pytest.mark.parametrize("shard", range(SHARDS))
def test_every_promise_is_kept_under_random_faults(shard: int) -> None:
    seeds = range(shard * WORLDS_PER_SHARD, (shard + 1) * WORLDS_PER_SHARD)

    summary = campaign.run(campaign.Run(seed) for seed in seeds)

    assert not summary.failed, "\n".join(campaign.report(run) for run, _ in summary.failed[:2])
    assert summary.payments >= WORLDS_PER_SHARD * 24
    assert summary.ends["completed"] > summary.payments / 5


def test_seeds_that_once_failed_are_kept() -> None:
    for seed, faults in campaign.kept_seeds(campaign.KEPT.read_text()):
        assert simulate(seed, faults or None).problems == [], seed


def test_a_seed_is_the_same_world_every_time_and_its_faults_replay_it() -> None:
    first = simulate(7)
    again = simulate(7)
    replayed = simulate(7, first.faults)

    for one, other in pairwise((first, again, replayed)):
        assert (one.calls, one.steps, one.ends) == (other.calls, other.steps, other.ends)
        assert list(one.faults) == list(other.faults)


def test_a_fault_that_no_seed_drew_happens_when_it_is_requested() -> None:
    some = campaign.run([campaign.Run(3)])
    requested = some.unmet()[:10]

    met = campaign.run(requested)

    assert not met.failed
    assert {(run.also.site, run.also.kind) for run in requested if run.also} <= set(met.faults)


def test_a_failing_seed_is_kept_with_its_faults() -> None:
    faults = [Fault("stream wallets/1", 2, "stall", 0.25), Fault("a call", 1, "lost", 0.5)]

    text = "\n".join((campaign.kept(4, faults), "// a comment", campaign.kept(4, faults[:1])))

    assert list(campaign.kept_seeds(text)) == [(4, faults), (4, faults[:1])]


def test_a_failing_list_of_faults_is_reduced_to_those_that_matter() -> None:
    faults = [Fault("a call", nth, "lost", 0.5) for nth in range(30)]
    needed = {faults[3], faults[17]}

    assert set(shrunken(faults, lambda some: needed <= set(some))) == needed


def test_a_world_restores_the_entry_points() -> None:
    modules = {name: dict(vars(point.module)) for name, point in points().items()}

    simulate(7)

    assert modules == {name: vars(point.module) for name, point in points().items()}
