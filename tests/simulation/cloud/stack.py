"""The stack in memory: what the template declares, built from the same catalogue and tables."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

from infra.services.rows import STORES, Store
from infra.template import routing
from infra.template.bus import RECEIVE_COUNT_MAX, VISIBILITY_TIMEOUTS
from infra.template.functions import receiver
from tests.simulation.cloud.dynamodb import DynamoDb, Index, Table
from tests.simulation.cloud.errors import NotInFakeError, only
from tests.simulation.cloud.events import Events
from tests.simulation.cloud.sqs import Queue, Sqs

PREFIX: Final = "payments-simulated"
ACCOUNT: Final = "123456789012"
AUDIENCE: Final = "a-client-of-the-pool"
REGION: Final = "eu-central-1"
EXPIRY_S: Final = 900
GATEWAY_KEY: Final = "sk_simulated_1"


@dataclass(slots=True)
class Cloud:
    """The services of one stack; each call is an atomic step."""

    dynamodb: DynamoDb
    sqs: Sqs
    events: Events

    def call(self, service: str, operation: str, parameters: Any) -> Any:
        """Answer as AWS. Raises ClientError, or NotInFakeError for what the fake does not know."""
        match service:
            case "dynamodb":
                return self.dynamodb.call(operation, parameters)
            case "sqs":
                return self.sqs.call(operation, parameters)
            case "events":
                return self.events.call(operation, parameters)
            case "secretsmanager" if operation == "GetSecretValue":
                only(operation, parameters, "SecretId")
                return {"SecretString": GATEWAY_KEY}
            case _:
                raise NotInFakeError(f"{service} {operation}")


def named(name: str) -> str:
    return f"{PREFIX}-{name}"


def queue_arn(name: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}"


def cloud(now_s: Callable[[], float]) -> Cloud:
    """Return an empty stack."""
    tables = {named(store.name): _table(store) for store in STORES}
    queues = {queue.name: replace(queue, messages={}) for queue in _queues()}
    return Cloud(DynamoDb(tables), Sqs(queues, now_s), Events(named("events")))


def _table(store: Store) -> Table:
    index = store.index
    if index is None:
        return Table(named(store.name), store.key)
    hash_key, range_key = index.key
    return Table(
        named(store.name),
        store.key,
        Index(index.name, (hash_key, range_key)),
    )


@cache
def _queues() -> list[Queue]:
    """Return every queue, empty."""
    delayed = {pair.consumer.queue for pair in routing.pairs("queue") if pair.consumer.delayed}
    sources = [
        _queue(
            name,
            reader=routing.owner(name),
            delay_s=EXPIRY_S if name in delayed else 0,
            dead_letter=named(routing.dead_letter_queue(name)),
        )
        for name in routing.source_queues()
    ]
    dead = routing.dead_letter_queues()
    return sources + [_queue(name, reader=routing.ERROR_HANDLER) for name in dead]


def _queue(name: str, *, reader: str, delay_s: float = 0, dead_letter: str | None = None) -> Queue:
    full = named(name)
    return Queue(
        full,
        queue_arn(full),
        delay_s,
        VISIBILITY_TIMEOUTS * receiver(reader).timeout_s,
        dead_letter,
        RECEIVE_COUNT_MAX if dead_letter else 0,
    )
