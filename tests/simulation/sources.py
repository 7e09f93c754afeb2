"""Event source mappings: what invokes the functions, as the template has it."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from infra.template.functions import Function
from infra.template.sources import CONCURRENCY_MIN, RELAY_BATCH_ITEMS
from tests.simulation.cloud.dynamodb import Change
from tests.simulation.cloud.sqs import Message, Queue, Sqs, record_of
from tests.simulation.cloud.stack import ACCOUNT, PREFIX, REGION
from tests.simulation.faults import RECEIVE, STREAM, Plan
from tests.simulation.kernel import Kernel
from tests.simulation.lambdas import Lambdas
from tests.simulation.streams import Streams

DUPLICATE_MAX_S: Final = 400.0
STALL_MAX_S: Final = 1200.0
POLL_MAX_S: Final = 0.05  # until a waiting poller sees a message
SHARDS: Final = 2
STREAM_RETRY_S: Final = 1.0
STREAM_RETRY_MAX_S: Final = 60.0


class QueueSource:
    """Lambda's poller of one queue. `on_done` receives each message that it deletes."""

    def __init__(
        self,
        *,
        queue: Queue,
        function: Function,
        sqs: Sqs,
        kernel: Kernel,
        lambdas: Lambdas,
        plan: Plan,
        streams: Streams,
        on_done: Callable[[Queue, Message], None],
    ) -> None:
        self._queue, self._function, self._sqs = queue, function, sqs
        self._kernel, self._lambdas, self._plan = kernel, lambdas, plan
        self._random = streams.of(short(queue))
        self._on_done = on_done
        self._busy = 0
        self._waits = False
        self._undeleted: set[str] = set()  # messages whose next deletion fails

    def wake(self, at_s: float) -> None:
        """Something can be received at `at_s`."""
        wait_s = at_s - self._kernel.now_s
        self._kernel.at(max(wait_s, 0.0) + POLL_MAX_S * self._random.random(), self._poll)

    def _poll(self) -> None:
        if self._busy >= CONCURRENCY_MIN:
            self._waits = True
            return
        most = 1 + int(self._random.random() * self._function.batch_items)
        messages = self._sqs.receive(self._queue, most)
        if messages:
            self._random.shuffle(messages)
            self._invoke(messages)
            if self._sqs.waiting(self._queue):
                self._kernel.at(0.01, self._poll)

    def _invoke(self, messages: Sequence[Message]) -> None:
        self._busy += 1
        records = [record_of(self._queue, message, REGION) for message in messages]
        for message in messages:
            self._receive_twice(message)
        receipts = [(m.message_id, m.receipt) for m in messages]
        self._lambdas.invoke(
            self._function.name, {"Records": records}, lambda answer: self._done(receipts, answer)
        )

    def _receive_twice(self, message: Message) -> None:
        fault = self._plan.at(f"{short(self._queue)} receive", RECEIVE)
        if fault and fault.kind == "duplicate":
            # At least once: a message may be delivered again though it is invisible.
            delay_s = DUPLICATE_MAX_S * fault.size**3
            copy = self._sqs.copy(message)
            self._kernel.at(delay_s, lambda: self._again(copy))
        if fault and fault.kind == "undeleted":
            self._undeleted.add(message.message_id)

    def _again(self, copy: Message) -> None:
        copy.visible_at = self._kernel.now_s
        self._queue.messages.setdefault(copy.message_id, copy)
        self.wake(copy.visible_at)

    def _done(self, receipts: Sequence[tuple[str, str]], answer: Any) -> None:
        self._busy -= 1
        failed = _failed(answer)
        for message_id, receipt in receipts:
            if failed is None or message_id in failed or self._is_not_deleted(message_id):
                self._wait_for(message_id)
            elif gone := self._sqs.delete(self._queue, message_id, receipt):
                self._on_done(self._queue, gone)
        if self._waits:
            self._waits = False
            self._kernel.at(0.0, self._poll)

    def _is_not_deleted(self, message_id: str) -> bool:
        """Whether deleting the message fails, this one time."""
        found = message_id in self._undeleted
        self._undeleted.discard(message_id)
        return found

    def _wait_for(self, message_id: str) -> None:
        message = self._queue.messages.get(message_id)
        if message:
            self.wake(message.visible_at)


def _failed(answer: Any) -> set[str] | None:
    """Return the ids to redeliver (none: the whole batch)."""
    if isinstance(answer, BaseException):
        return None
    if answer is None:
        return set()
    return {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}


def short(queue: Queue) -> str:
    return queue.name.removeprefix(f"{PREFIX}-")


@dataclass(slots=True)
class Shard:
    name: str
    random: Random
    records: list[dict[str, Any]] = field(default_factory=list)
    busy: bool = False
    failures: int = 0
    most: int = RELAY_BATCH_ITEMS


class StreamSource:
    """Lambda's poller of a table's stream: each shard in order, one batch at a time."""

    def __init__(
        self,
        *,
        table: str,
        function: Function,
        kernel: Kernel,
        lambdas: Lambdas,
        plan: Plan,
        streams: Streams,
    ) -> None:
        self._table, self._function = table, function
        self._kernel, self._lambdas, self._plan = kernel, lambdas, plan
        names = [f"stream {table.removeprefix(f'{PREFIX}-')}/{n}" for n in range(SHARDS)]
        self._shards = [Shard(name, streams.of(name)) for name in names]
        self._count = 0

    @property
    def left(self) -> int:
        return sum(len(shard.records) for shard in self._shards)

    def add(self, change: Change) -> None:
        """A write; the mapping's filter lets only those pass that carry an outbox."""
        if "S" not in change.new.get("outbox", {}) or change.old == change.new:
            return
        self._count += 1
        shard = self._shards[zlib.crc32(change.key[0].encode()) % SHARDS]
        shard.records.append(self._record(change))
        if not shard.busy:
            shard.busy = True
            self._kernel.at(0.2 * shard.random.random(), lambda: self._read(shard))

    def _record(self, change: Change) -> dict[str, Any]:
        arn = f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{self._table}/stream/2026-03-01"
        return {
            "eventID": str(self._count),
            "eventName": "MODIFY" if change.old else "INSERT",
            "eventSource": "aws:dynamodb",
            "eventSourceARN": arn,
            "dynamodb": {"NewImage": change.new, "SequenceNumber": str(self._count)},
        }

    def _read(self, shard: Shard) -> None:
        fault = self._plan.at(shard.name, STREAM)
        if fault:
            self._kernel.at(STALL_MAX_S * fault.size**2, lambda: self._read(shard))
            return
        most = min(shard.most, 1 + int(shard.random.random() * RELAY_BATCH_ITEMS))
        batch = shard.records[:most]
        self._lambdas.invoke(
            self._function.name,
            {"Records": batch},
            lambda answer: self._done(shard, len(batch), answer),
        )

    def _done(self, shard: Shard, count: int, answer: Any) -> None:
        if isinstance(answer, BaseException):
            shard.failures += 1
            shard.most = max(1, count // 2)  # bisected
            wait_s = min(STREAM_RETRY_MAX_S, STREAM_RETRY_S * 2.0**shard.failures)
            self._kernel.at(wait_s * shard.random.random(), lambda: self._read(shard))
            return
        assert answer is None, "the relay raises when a record must be repeated"
        del shard.records[:count]
        shard.failures, shard.most = 0, RELAY_BATCH_ITEMS
        shard.busy = bool(shard.records)
        if shard.records:
            self._kernel.at(0.0, lambda: self._read(shard))
