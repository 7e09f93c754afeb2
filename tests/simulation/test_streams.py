"""A seed stays valid: what is added to a world leaves the random draws of everything else alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from functools import partial
from types import SimpleNamespace
from typing import Any, cast

import pytest

from generated.contract import Consumer
from handlers.runtime import aws
from handlers.runtime.clock import Clock
from handlers.runtime.commit import reading
from infra.template.functions import receiver
from infra.template.routing import Pair
from tests.simulation import bus, entry_points, messages, stories, world
from tests.simulation.cloud.sqs import Queue
from tests.simulation.cloud.stack import Cloud, cloud, named, queue_arn
from tests.simulation.faults import Drawn, Fault, Listed
from tests.simulation.streams import Streams
from tests.simulation.texts import parsed
from tests.simulation.world import World, points, reader

AUDITOR = replace(receiver("wallet-service"), service="auditor")
QUEUE = "auditor--payment-initiated"


@dataclass(frozen=True, slots=True)
class Auditor:
    """A service that no contract has: it reads each new payment, and draws for each."""

    clock: Clock

    def consume(self, batch: Any) -> Any:
        for record in batch["Records"]:
            key = {"payment_id": {"S": parsed(record["body"])["subject"]}}
            read = partial(aws.dynamodb().get_item, TableName=named("payments"), Key=key)
            reading("read a payment", read)
            self.clock.random()
        return {"batchItemFailures": []}


@pytest.fixture
def auditor(monkeypatch: pytest.MonkeyPatch) -> None:
    """A function, its queue and DLQ, and a rule, all of which come before the others."""
    module: Any = SimpleNamespace(consumer=None)
    module.handler = lambda batch, _context: module.consumer.consume(batch)
    point = entry_points.EntryPoint(AUDITOR, module, lambda _, clock: Auditor(clock))
    known = points()
    consumer = Consumer("auditor", "payment.initiated", "payment.initiated", "queue", False)
    rules = {key: [*pairs] for key, pairs in bus.rules().items()}
    producer = ("payment-orchestrator", "payment.initiated")
    rules[producer].insert(0, Pair("payment.initiated", "payment-orchestrator", consumer))
    done = ("payment", frozenset({"pending", "completed", "failed"}))
    monkeypatch.setitem(cast(Any, messages.DONE), QUEUE, done)
    monkeypatch.setattr(bus, "rules", lambda: rules)
    monkeypatch.setattr(world, "cloud", lambda now_s: _with_queue(cloud(now_s)))
    monkeypatch.setattr(world, "points", lambda: {AUDITOR.name: point, **known})
    monkeypatch.setattr(
        world, "reader", lambda name: AUDITOR if name == named(QUEUE) else reader(name)
    )


def _with_queue(made: Cloud) -> Cloud:
    name, dead = named(QUEUE), named(f"{QUEUE}-dlq")
    added = (Queue(name, queue_arn(name), 0, 60, dead, 5), Queue(dead, queue_arn(dead), 0, 60))
    made.sqs.queues = {**{queue.name: queue for queue in added}, **made.sqs.queues}
    return made


def played(seed: int, *, with_faults: bool) -> World:
    story = stories.drawn(seed)
    faults = Drawn(Streams(f"faults {seed}"), story.profile) if with_faults else Listed(())
    made = World(seed, faults)
    made.run(story)
    assert made.problems == []
    return made


@pytest.fixture
def before() -> dict[int, World]:
    """Worlds without the auditor: this fixture is asked for before that of the auditor."""
    return {seed: played(seed, with_faults=True) for seed in (2, 4, 5)}


@pytest.fixture
def calm() -> World:
    return played(3, with_faults=False)


def test_without_faults_a_new_service_changes_nothing_for_the_others(
    calm: World, auditor: None
) -> None:
    again = played(3, with_faults=False)

    assert again.lambdas.invocations[AUDITOR.name] > 0
    assert again.random.begun.keys() > calm.random.begun.keys()
    for site, stream in calm.random.begun.items():
        assert again.random.of(site).getstate() == stream.getstate(), site
    assert calm.calls.count.items() <= again.calls.count.items()
    assert again.cloud.dynamodb.tables == calm.cloud.dynamodb.tables


def test_a_new_service_leaves_the_faults_of_all_other_sites_as_they_were(
    before: dict[int, World], auditor: None
) -> None:
    after = {seed: played(seed, with_faults=True) for seed in before}

    for seed, old in before.items():
        assert faults_by_site(after[seed], old) == faults_by_site(old, after[seed])
    added = {fault.site for new in after.values() for fault in new.plan.happened}
    assert f"{AUDITOR.name} GetItem payments" in added


def faults_by_site(one: World, other: World) -> Counter[Fault]:
    """The faults of one world at places that the other reached too."""
    reached = cast(Any, other.plan).reached
    return Counter(f for f in one.plan.happened if f.nth <= reached[f.site])


def test_one_more_draw_at_a_site_shifts_no_other_site() -> None:
    some, more = Streams("order 1"), Streams("order 1")
    more.of("a queue").random()

    assert some.of("another queue").random() == more.of("another queue").random()
    assert some.of("a queue").random() != more.of("a queue").random()


def test_a_new_choice_replaces_the_chosen_one_only_where_it_is_chosen_itself() -> None:
    streams = Streams("story 1")
    for number in range(50):
        chosen = streams.ranked(f"poison {number}", ["a", "b", "c"])[0]
        assert streams.ranked(f"poison {number}", ["x", "c", "a", "b"])[0] in ("x", chosen)
