"""A system that moves one message at a time, as a test decides."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from generated.catalogue import EVENTS
from generated.contract import Consumer
from tests.builders import ENVIRONMENT
from tests.in_memory.system import Entry, Invocation, System

AMOUNT: Final = {"value": 450, "currency": "EUR"}


@dataclass(frozen=True, slots=True)
class Message:
    """One event on its way to one consumer."""

    consumer: Consumer
    body: str


@dataclass(frozen=True, slots=True)
class Step:
    """One request or delivery, and the invocation that handled it."""

    what: str
    invocation: Invocation

    def __str__(self) -> str:
        """Such as `wallet-service payment.initiated: BatchGetItem TransactWriteItems`."""
        calls = [c.operation for c in self.invocation.calls if c.service == "dynamodb"]
        return f"{self.what}: {' '.join([*calls, *self.invocation.gateway_calls]) or 'nothing'}"


@dataclass
class Steps:
    """Nothing moves automatically: a test delivers what is `waiting`, or `delayed` until later."""

    system: System
    waiting: list[Message] = field(default_factory=list)
    delayed: list[Message] = field(default_factory=list)
    taken: list[Step] = field(default_factory=list)
    published: list[str] = field(default_factory=list)  # types of events, in order

    def __post_init__(self) -> None:
        self.system.run()  # what happened before is no step

    @property
    def log(self) -> list[str]:
        return [str(step) for step in self.taken]

    def pay(self, **fields: Any) -> dict[str, Any]:
        """Create a payment; its announcement waits to be delivered."""
        payment = self.system.pay(**{"amount": AMOUNT} | fields)
        self._took("payment-orchestrator POST /payments")
        return payment

    def deliver(self, message: Message) -> int:
        """Deliver one message; return how many must be delivered again."""
        service, channel = message.consumer.service, message.consumer.channel
        response = self.system.consume(service, message.consumer.queue, message.body)
        self._took(f"{service} {channel}")
        return len(response["batchItemFailures"])

    def run(self, pick: Callable[[int], int] = lambda _count: 0, copies: int = 1) -> None:
        """Deliver all that waits, each message `copies` times, in the order of `pick`."""
        while self.waiting:
            message = self.waiting.pop(pick(len(self.waiting)))
            for _ in range(copies):
                if self.deliver(message):
                    self.waiting.append(message)

    def run_delayed(self) -> None:
        """Let the deadline pass, and deliver the copies that were delayed until then."""
        self.system.time.pass_s(int(ENVIRONMENT["EXPIRY_S"]))
        self.waiting, self.delayed = self.delayed, []
        self.run()

    def _took(self, what: str) -> None:
        self.taken.append(Step(what, self.system.invocations[-1]))
        for entry in self.system.relay():
            self.published.append(entry.detail_type)
            self._route(entry)

    def _route(self, entry: Entry) -> None:
        for consumer in EVENTS[entry.detail_type].consumers:
            if consumer.delivery == "invoke":
                self.system.invoke(f"{consumer.service}-consumer", json.loads(entry.detail))
            else:
                waiting = self.delayed if consumer.delayed else self.waiting
                waiting.append(Message(consumer, entry.detail))
