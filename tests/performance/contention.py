"""A thousand payments out of one wallet at once, in virtual time: folded, and one at a time.

The same entry point, decisions and locking either way. Only the batch differs: the queue hands over
ten messages, which are folded into one transaction, or one message, as optimistic locking is
usually written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from handlers.core.identity import derived
from handlers.runtime.clock import Clock
from handlers.runtime.settings import Settings
from handlers.wallet_service import consumer as wallet_service
from infra.template.functions import receiver
from tests.builders import NOW, initiated, money, travelling
from tests.simulation.calls import replacing_aws
from tests.simulation.cloud.sqs import Message, Queue, record_of
from tests.simulation.cloud.stack import REGION, cloud, named
from tests.simulation.entry_points import ENVIRONMENT
from tests.simulation.kernel import Kernel

PAYMENTS: Final = 1000
CALL_S: Final = 0.005
CONCURRENCY: Final = 10  # batches of one queue at a time, the template's default
TRANSACTION_PRICE: Final = 2  # of each item, also when a condition fails
STEPS_MAX: Final = 10_000_000
USER: Final = "busy"
QUEUE: Final = "wallet-service--payment-initiated"
FOLDED_BATCH: Final = receiver("wallet-service").batch_items


@dataclass(slots=True)
class Run:
    """What it took until every payment had its reservation."""

    seconds: float
    write_units: int
    conflicts: int
    receives_max: int
    order: list[int] = field(default_factory=list)  # numbers of the payments, as they were decided

    @property
    def per_second(self) -> float:
        return len(self.order) / self.seconds

    @property
    def overtaken_most(self) -> int:
        """By how many later payments the unluckiest one was overtaken."""
        return max(place - number for place, number in enumerate(self.order))


class Wallet:
    """One busy wallet, its queue, and the workers that Lambda would have."""

    def __init__(self, payments: int, batch: int, seed: int) -> None:
        self._kernel = Kernel(0.0, STEPS_MAX)
        self._batch, self._random = batch, Random(seed)
        self._cloud = cloud(lambda: self._kernel.now_s)
        self._queue = self._cloud.sqs.queues[named(QUEUE)]
        self._run = Run(0.0, 0, 0, 0)
        self._busy = 0
        self._numbers = {derived("pay", USER, str(n)): n for n in range(payments)}
        self._put_money(payments)
        clock = Clock(now=lambda: NOW, sleep=self._kernel.pause, random=self._random.random)
        self._consumer = wallet_service.build(Settings(ENVIRONMENT), clock)
        self._cloud.sqs.on_visible = self._wake
        self._cloud.dynamodb.on_commit = self._committed

    def run(self) -> Run:
        with replacing_aws(self._call):
            for payment_id in self._numbers:
                body = travelling(initiated(payment_id=payment_id, user_id=USER, amount=money(1)))
                self._cloud.sqs.send(self._queue, body, {})
            self._kernel.run()
        assert len(self._run.order) == len(self._numbers), "a payment was starved"
        return self._run

    def _put_money(self, value: int) -> None:
        key = {"wallet_id": {"S": f"{USER}#USD"}, "entry": {"S": "BALANCE"}}
        amounts = {"available": {"N": str(value)}, "reserved": {"N": "0"}, "version": {"N": "1"}}
        item = {**key, **amounts, "user_id": {"S": USER}}
        put = {"TableName": named("wallets"), "Item": item}
        self._cloud.call("dynamodb", "PutItem", put)

    def _wake(self, _queue: Queue, at_s: float) -> None:
        self._kernel.at(at_s - self._kernel.now_s, self._poll)

    def _poll(self) -> None:
        while self._busy < CONCURRENCY:
            messages = self._cloud.sqs.receive(self._queue, self._batch)
            if not messages:
                return
            self._invoke(messages)

    def _invoke(self, messages: Sequence[Message]) -> None:
        self._busy += 1
        self._run.receives_max = max(self._run.receives_max, *(m.receives for m in messages))
        batch: Any = {"Records": [record_of(self._queue, m, REGION) for m in messages]}

        def done(answer: Any) -> None:
            self._busy -= 1
            assert not isinstance(answer, BaseException), answer
            failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
            for message in messages:
                if message.message_id not in failed:
                    self._cloud.sqs.delete(self._queue, message.message_id, message.receipt)
            self._kernel.at(0.0, self._poll)

        # Workers never run in lockstep.
        delay_s = CALL_S * self._random.random()
        self._kernel.start(
            "worker", lambda: self._consumer.consume(batch), done, delay_s=delay_s, limit_s=1e6
        )

    def _call(self, service: str, operation: str, parameters: dict[str, Any]) -> Any:
        self._kernel.pause(CALL_S)
        if operation == "TransactWriteItems":
            self._run.write_units += TRANSACTION_PRICE * len(parameters["TransactItems"])
        try:
            return self._cloud.call(service, operation, parameters)
        except Exception:
            self._run.conflicts += 1
            raise

    def _committed(self, changes: Sequence[Any]) -> None:
        reserved = [c.new["payment_id"]["S"] for c in changes if "payment_id" in c.new]
        self._run.order.extend(self._numbers[payment_id] for payment_id in reserved)
        self._run.seconds = self._kernel.now_s


def folded(payments: int = PAYMENTS, seed: int = 1) -> Run:
    return Wallet(payments, FOLDED_BATCH, seed).run()


def one_at_a_time(payments: int = PAYMENTS, seed: int = 1) -> Run:
    return Wallet(payments, 1, seed).run()


@contextmanager
def unlogged() -> Iterator[None]:
    """Turn the log off: a thousand payments write a lot."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)


def both(payments: int = PAYMENTS, seed: int = 1) -> tuple[Run, Run]:
    """Folded, and one at a time."""
    with unlogged():
        return folded(payments, seed), one_at_a_time(payments, seed)
