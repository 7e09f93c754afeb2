"""One world: a seed gives customers, schedules and faults; it runs until nothing is due."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, Final

import circuitbreaker  # type: ignore[import-untyped]

from generated.catalogue import OPERATIONS
from infra.services.rows import streamed_tables
from infra.template import routing
from infra.template.functions import Function, api, receiver
from tests.simulation import stories
from tests.simulation.bus import Bus
from tests.simulation.calls import Calls, replacing_aws
from tests.simulation.checks import Checks
from tests.simulation.cloud.expressions import Item
from tests.simulation.cloud.sqs import Message, Queue
from tests.simulation.cloud.stack import cloud, named
from tests.simulation.customers import Api, Customers, Operators
from tests.simulation.entry_points import EntryPoint, entry_points, restored
from tests.simulation.faults import Drawn, Fault, Listed, Plan
from tests.simulation.gateway import Ledger, Line, Urllib3
from tests.simulation.kernel import Kernel
from tests.simulation.lambdas import Lambdas
from tests.simulation.metrics import Metrics
from tests.simulation.sources import QueueSource, StreamSource
from tests.simulation.streams import Streams

START_S: Final = 1_772_366_400.0  # 2026-03-01T12:00:00Z
STEPS_MAX: Final = 100_000
ROUNDS_MAX: Final = 15  # how often operators review failed events before the world counts as broken


@dataclass(slots=True)
class Outcome:
    """The result of a world. No problems: every promise was kept."""

    seed: int
    payments: int
    ends: Counter[str]  # statuses, failures with their reason
    calls: Counter[str]
    faults: Sequence[Fault]
    kinds: Mapping[str, Sequence[str]]  # the faults that are possible at each reached site
    problems: list[str]
    steps: int = 0
    pending_alone: int = 0


@cache
def points() -> dict[str, EntryPoint]:
    return entry_points()


class World:
    """Everything that one run consists of; nothing remains after it."""

    loud = False  # whether the functions write their logs

    def __init__(self, seed: int, plan: Plan) -> None:
        self.seed, self.plan = seed, plan
        self.pending_alone = 0  # payments that had not ended before operators reviewed
        self.problems: list[str] = []
        streams = self.random = Streams(f"order {seed}")
        self.kernel = Kernel(START_S, STEPS_MAX)
        self.cloud = cloud(lambda: self.kernel.now_s)
        self.calls = Calls(self.kernel, self.cloud, plan, streams)
        self.ledger = Ledger()
        self.line = Line(self.kernel, self.ledger, plan, streams)
        self.metrics = Metrics()
        self.lambdas = Lambdas(self.kernel, points(), plan, streams, self.problem)
        self.checks = Checks(self)
        self._connect(streams)
        functions = {(o.method, o.path): api(o.service).name for o in OPERATIONS.values()}
        self.api = Api(self.kernel, self.lambdas, functions, self.problem)
        self.customers = Customers(self.api, self.kernel, streams, self.problem)
        self.operators = Operators(self.api, streams, self.checks.is_poison, self.problem)

    def problem(self, text: str) -> None:
        """Record a broken promise. The first one matters; the run ends here."""
        self.problems.append(f"at {self.kernel.now_s - START_S:.3f} s: {text}")
        self.kernel.stopped = True

    def _connect(self, streams: Streams) -> None:
        kernel, sqs, lambdas, plan = self.kernel, self.cloud.sqs, self.lambdas, self.plan
        self.streams = {
            named(table): StreamSource(
                table=named(table),
                function=receiver(routing.RELAY),
                kernel=kernel,
                lambdas=lambdas,
                plan=plan,
                streams=streams,
            )
            for table in streamed_tables()
        }
        self.sources = {
            queue.name: QueueSource(
                queue=queue,
                function=reader(queue.name),
                sqs=sqs,
                kernel=kernel,
                lambdas=lambdas,
                plan=plan,
                streams=streams,
                on_done=self.checks.on_acknowledged,
            )
            for queue in sqs.queues.values()
        }
        self.bus = Bus(
            kernel=kernel,
            sqs=sqs,
            lambdas=lambdas,
            plan=plan,
            streams=streams,
            on_invoked=self.checks.on_invoked,
        )
        self.cloud.dynamodb.on_commit = self._committed
        self.cloud.events.on_event = self._published
        sqs.on_visible = lambda queue, at_s: self.sources[queue.name].wake(at_s)
        sqs.on_send = self._sent
        self.ledger.on_outcome = self.checks.on_gateway

    def _committed(self, changes: Any) -> None:
        self.checks.on_commit(changes)
        for change in changes:
            if change.table in self.streams:
                self.streams[change.table].add(change)

    def _published(self, entry: Any) -> None:
        self.checks.on_published(entry)
        self.bus.put(entry)

    def _sent(self, queue: Queue, message: Message) -> None:
        self.checks.on_sent(queue, message)

    def run(self, story: stories.Story) -> Outcome:
        """Play the story, end the faults, and review failed events until nothing is due."""
        with self.in_place():
            story.begin(self)
            self.kernel.run(until_s=START_S + story.faults_end_s)
            self.end_faults()
            self._until_nothing_is_due()
            if not self.problems:
                self.checks.promised.read_back()
                self.kernel.run()
            if not self.problems:
                self.checks.at_the_end()
        return self._outcome()

    def end_faults(self) -> None:
        self.plan.active = False
        self.lambdas.forget()

    def _until_nothing_is_due(self) -> None:
        for turn in range(ROUNDS_MAX):
            if not self.kernel.run():
                if not self.problems:
                    self.problem("the world does not end")
                return
            if turn == 0:
                self.pending_alone = self.checks.pending()
            if not self.checks.open_failures():
                return
            self.operators.work()
        self.problem(f"still failing after {ROUNDS_MAX} rounds: {self.checks.open_failures()}")

    def _outcome(self) -> Outcome:
        payments = self.cloud.dynamodb.tables[named("payments")].items.values()
        return Outcome(
            seed=self.seed,
            payments=len(payments),
            ends=Counter(_end(item) for item in payments),
            calls=self.calls.count + self.line.count,
            faults=self.plan.happened,
            kinds=self.plan.kinds,
            problems=self.problems,
            steps=self.kernel.steps,
            pending_alone=self.pending_alone,
        )

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Replace AWS, the gateway, the circuit breaker's clock and the log by this world."""
        module: Any = import_module("handlers.gateway_processor.http_gateway")
        real_urllib3, real_monotonic = module.urllib3, circuitbreaker.monotonic
        module.urllib3 = Urllib3(lambda: self.line)
        circuitbreaker.monotonic = lambda: self.kernel.now_s
        disabled = logging.root.manager.disable
        logging.disable(disabled if self.loud else logging.CRITICAL)
        try:
            with (
                restored(points()),
                replacing_aws(self.calls.call),
                redirect_stdout(self.metrics),
            ):
                yield
        finally:
            logging.disable(disabled)
            module.urllib3, circuitbreaker.monotonic = real_urllib3, real_monotonic


def _end(payment: Item) -> str:
    status, reason = payment["status"]["S"], payment.get("failure_code", {}).get("S")
    return f"{status}: {reason}" if reason else str(status)


@cache
def reader(queue: str) -> Function:
    """Return the function that consumes a queue."""
    name = queue.removeprefix(named(""))
    return receiver(routing.ERROR_HANDLER if name.endswith("-dlq") else routing.owner(name))


def simulate(
    seed: int, faults: Sequence[Fault] | None = None, also: Fault | None = None
) -> Outcome:
    """Run the world of a seed, with its own faults (and one more) or exactly those of a list."""
    story = stories.drawn(seed)
    plan: Plan = (
        Drawn(Streams(f"faults {seed}"), story.profile, also) if faults is None else Listed(faults)
    )
    return World(seed, plan).run(story)
