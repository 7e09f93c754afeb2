"""What the catalogue asks of the infrastructure, as plain values: pairs, queues, who reads them."""

from dataclasses import dataclass
from typing import Final, Literal

from generated.catalogue import EVENTS, SERVICES
from generated.contract import Consumer
from infra.template.naming import camel

RELAY: Final = "event-relay"
ERROR_HANDLER: Final = "error-handler"
# Outbox events that an operator redrives; the relay publishes them again.
OUTBOX_QUEUE: Final = f"{RELAY}--outbox"


@dataclass(frozen=True, slots=True)
class Pair:
    """One event and one of its consumers: a rule carries the one to the other."""

    event: str
    producer: str
    consumer: Consumer

    @property
    def logical_id(self) -> str:
        """The stem of the logical ids of everything this pair brings."""
        return camel(self.consumer.queue)

    @property
    def dead_letter_queue(self) -> str:
        """Where the event ends when it cannot be delivered or handled."""
        if self.consumer.delivery == "invoke":
            return dead_letter_queue(events_queue(self.consumer.service))
        return dead_letter_queue(self.consumer.queue)


def pairs(delivery: Literal["queue", "invoke"]) -> tuple[Pair, ...]:
    """Every pair of the catalogue with this kind of delivery."""
    return tuple(
        Pair(event.type, event.producer, consumer)
        for event in EVENTS.values()
        for consumer in event.consumers
        if consumer.delivery == delivery
    )


def invoked_services() -> tuple[str, ...]:
    """Services that the bus invokes directly."""
    invoked = {pair.consumer.service for pair in pairs("invoke")}
    return tuple(service for service in SERVICES if service in invoked)


def source_queues() -> tuple[str, ...]:
    """Every queue that a service works through: one per pair, and those for what is sent back."""
    return (*(pair.consumer.queue for pair in pairs("queue")), *return_queues())


def return_queues() -> tuple[str, ...]:
    """Queues for what operators send back to services that receive events in other ways."""
    return (OUTBOX_QUEUE, *(events_queue(service) for service in invoked_services()))


def events_queue(service: str) -> str:
    """The queue of a service that the bus invokes directly."""
    return f"{service}--events"


def dead_letter_queues() -> tuple[str, ...]:
    """Every dead-letter queue."""
    return tuple(dead_letter_queue(queue) for queue in source_queues())


def dead_letter_queue(queue: str) -> str:
    """The dead-letter queue of a queue."""
    return f"{queue}-dlq"


def consuming_services() -> tuple[str, ...]:
    """The services whose failures the error handler may have to park."""
    owners = {owner(queue) for queue in dead_letter_queues()}
    return tuple(service for service in SERVICES if service in owners)


def owner(queue: str) -> str:
    """The service that a queue belongs to, by the queue's name."""
    return queue.partition("--")[0]
