"""Every message is accounted for.

A consumer that acknowledges one has handled or parked it; a dead letter leaves its DLQ after it was
sent back or stored.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from handlers.runtime.queue import FAILURE_KIND, FAILURE_REASON, REDRIVES
from tests.simulation.cloud.sqs import Message, Queue
from tests.simulation.cloud.stack import named
from tests.simulation.texts import parsed

Name: TypeAlias = tuple[str, str]
Status: TypeAlias = Callable[[str], str]

REVIEWER: Final = "error-handler-consumer"
# Queue → what must be in which state when a message is acknowledged.
DONE: Final[Mapping[str, tuple[str, frozenset[str]]]] = {
    "payment-orchestrator--wallet-reservation_failed": ("payment", frozenset({"failed"})),
    "payment-orchestrator--wallet-funds_released": ("payment", frozenset({"failed"})),
    "payment-orchestrator--wallet-funds_deducted": ("payment", frozenset({"completed"})),
    "wallet-service--payment-initiated": (
        "reservation",
        frozenset({"reserved", "refused", "deducted", "released"}),
    ),
    "wallet-service--gateway-payment_approved": ("reservation", frozenset({"deducted"})),
    "wallet-service--gateway-payment_rejected": ("reservation", frozenset({"released"})),
    "gateway-processor--wallet-funds_reserved": (
        "charge",
        frozenset({"approved", "declined", "expired"}),
    ),
    "gateway-processor--wallet-funds_reserved-at-expiry": (
        "charge",
        frozenset({"approved", "declined", "expired"}),
    ),
}


@dataclass(slots=True)
class Messages:
    """`status` by kind and payment; `published`, `measured` and `repeats` count."""

    problem: Callable[[str], None]
    status: Callable[[str, str], str]
    repeats: Callable[[str], int]
    published: Callable[[str], int]
    measured: Callable[[str], int]
    sender: Callable[[], str]
    is_poison: Callable[[str], bool]
    redrives: set[tuple[str, str, int]] = field(default_factory=set)  # queue, event, count
    parked: Counter[Name] = field(default_factory=Counter)
    returned: Counter[Name] = field(default_factory=Counter)
    stored: Counter[Name] = field(default_factory=Counter)
    acknowledged: Counter[str] = field(default_factory=Counter)
    sent: Counter[str] = field(default_factory=Counter)

    def on_sent(self, queue: Queue, message: Message) -> None:
        own = short(queue)
        self.sent[own] += 1
        name = (own.removesuffix("-dlq"), event_of(message.body))
        self._count_redrives(own, name, message)
        if own.endswith("-dlq"):
            self.parked[name] += 1
            if message.attributes.get(FAILURE_KIND, {}).get("StringValue") == "bug":
                reason = message.attributes[FAILURE_REASON]["StringValue"]
                self.problem(f"{own} received a bug: {reason}: {message.body}")
        elif REDRIVES in message.attributes:
            self.returned[name] += 1

    def _count_redrives(self, own: str, name: Name, message: Message) -> None:
        """Check that error-handler counts up, and that the count stays with the message."""
        times = int(message.attributes.get(REDRIVES, {}).get("StringValue", "0"))
        sender = self.sender()
        if sender == REVIEWER and (
            times < 1 or (f"{name[0]}-dlq", name[1], times - 1) not in self.redrives
        ):
            self.problem(f"{own} receives {name[1]} from error-handler with {times} redrives")
        known = (name[0], name[1], times) in self.redrives
        if sender != REVIEWER and own.endswith("-dlq") and times and not known:
            self.problem(f"{own} received {name[1]} with {times} redrives, which were not counted")
        self.redrives.add((own, name[1], times))

    def on_stored(self, consumer: str, channel: str, body: str) -> None:
        """Count a dead letter that error-handler stored for an operator."""
        self.stored[(f"{consumer}--{channel}", event_of(body))] += 1

    def on_acknowledged(self, queue: Queue, message: Message) -> None:
        own = short(queue)
        self.acknowledged[own] += 1
        if own.endswith("-dlq"):
            self._dead_letter_left(own, (own.removesuffix("-dlq"), event_of(message.body)))
        elif not self._is_done(own, message.body):
            name = (own, event_of(message.body))
            if not self.parked[name]:
                self.problem(
                    f"{own} acknowledged what it neither handled nor parked: {message.body}"
                )
            self.parked[name] -= 1

    def _dead_letter_left(self, own: str, name: Name) -> None:
        for kept in (self.returned, self.stored):
            if kept[name] > 0:
                kept[name] -= 1
                return
        self.problem(f"{own} lost a dead letter: {name[1]}")

    def _is_done(self, queue: str, body: str) -> bool:
        if self.is_poison(body):
            return False
        try:
            event = parsed(body)
            payment_id = event["data"].get("payment_id", "")
        except (ValueError, KeyError, TypeError, AttributeError):
            return False
        if queue == "payment-orchestrator--payment-initiated-after-deadline":
            known = self.status("payment", payment_id)
            times = event.get("reannounced", 0)
            return known in ("completed", "failed") or self.repeats(payment_id) > times
        if queue == "event-relay--outbox":
            return self.published(body) > 0
        if queue == "metrics-collector--events":
            return bool(event.get("reannounced")) or self.measured(event["type"]) > 0
        thing, done = DONE[queue]
        return self.status(thing, payment_id) in done


def short(queue: Queue) -> str:
    return queue.name.removeprefix(named(""))


def event_of(body: str) -> str:
    """Return a name for the event in a message, without what AWS wrapped around it."""
    try:
        event: Any = parsed(body)
    except (ValueError, RecursionError):
        return body
    if not isinstance(event, dict):
        return body
    for wrapped in (event.get("detail"), event.get("requestPayload")):
        if isinstance(wrapped, dict):
            event = wrapped
    if "id" not in event:
        return body
    return f"{event['id']} {event.get('reannounced', 0)} {event.get('data')}"
