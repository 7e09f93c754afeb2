"""One row per service: its table, and what its functions do beyond the contract.

From a row and the contract follow the functions and their rights (`functions`), the tables
(`data`), the environment (`lambdas`), the owner of each stream (`TABLE_OWNERS`) and the sources
that invoke each function. `python -m infra.services` names what a service still lacks.
"""

import json
from dataclasses import dataclass
from typing import Any, Final, Literal

Role = Literal["api", "consumer", "stream"]

# A caller waits: give up while API Gateway (29 s) can still answer, and the client can repeat.
API_TIMEOUT_S: Final = 10
CONSUMER_TIMEOUT_S: Final = 30

# What a grant may be on, beside a service's own table, index, queues and the streams.
ALL_QUEUES: Final = "queues/all"
ALL_DEAD_LETTER_QUEUES: Final = "dead-letter-queues/all"
BUS: Final = "bus"
GATEWAY_KEY: Final = "secret/gateway"

RECEIVE: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
SEND: Final = ("sqs:SendMessage",)

# CloudFormation cannot change the projection of an existing index, so an index holds nothing that a
# new field could change: pages are read from it as keys, and the items from the table.
INDEX_PROJECTION: Final = "KEYS_ONLY"


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index; its keys are strings, and it holds nothing else."""

    name: str
    key: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Store:
    """A table; its keys are strings."""

    name: str
    key: tuple[str, ...]
    index: Index | None = None
    streamed: bool = True  # its outbox is relayed
    purged_by: str | None = None  # attribute with the time from which an item may vanish

    @property
    def variable(self) -> str:
        """The environment variable that holds the table's name: `failed-events` gives FAILED_…"""
        return f"{self.name.replace('-', '_').upper()}_TABLE"


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on one target; `permissions` knows the ARNs."""

    on: str
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """One function of a service, as far as the contract does not define it.

    `actions` are DynamoDB's on the service's own table; a transaction is authorized by the actions
    it consists of. `calls` are rights on what belongs to no service.
    """

    role: Role
    actions: tuple[str, ...] = ()
    calls: tuple[Grant, ...] = ()
    timeout_s: int = CONSUMER_TIMEOUT_S
    memory_mb: int = 512  # also buys CPU: 512 MB is 0.3 of a core, enough to start quickly
    batch_items: int = 10


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service.

    `noun` is what its table holds, and the module in which that is defined; `moves` is the title of
    the state machine there, as the documents show it.
    """

    name: str
    functions: tuple[Work, ...]
    noun: str | None = None
    moves: str | None = None
    store: Store | None = None

    @property
    def package(self) -> str:
        """The service's folder in handlers/."""
        return self.name.replace("-", "_")


ROWS: Final = (
    ServiceRow(
        "payment-orchestrator",
        noun="payment",
        moves="Payment",
        store=Store(
            "payments",
            key=("payment_id",),
            index=Index("by-user", ("user_id", "created_at_id")),
        ),
        functions=(
            Work("api", ("PutItem", "GetItem", "BatchGetItem"), timeout_s=API_TIMEOUT_S),
            Work("consumer", ("GetItem", "UpdateItem")),
        ),
    ),
    ServiceRow(
        "wallet-service",
        noun="wallet",
        moves="Reservation",
        store=Store(
            "wallets",
            key=("wallet_id", "entry"),
            # Sparse: only balances carry user_id.
            index=Index("by-user", ("user_id", "wallet_id")),
        ),
        functions=(
            Work(
                "api",
                ("GetItem", "BatchGetItem", "PutItem", "UpdateItem"),
                timeout_s=API_TIMEOUT_S,
            ),
            Work("consumer", ("BatchGetItem", "PutItem", "UpdateItem")),
        ),
    ),
    ServiceRow(
        "gateway-processor",
        noun="charge",
        moves="Charge",
        store=Store("charges", key=("payment_id",)),
        functions=(
            Work(
                "consumer",
                ("GetItem", "PutItem", "UpdateItem"),
                calls=(Grant(GATEWAY_KEY, ("secretsmanager:GetSecretValue",)),),
                # A delivery asks the gateway at most three times, and each call takes at most 5 s.
                timeout_s=30,
                # One: a payee that does not answer delays no other payment, and times out alone.
                batch_items=1,
            ),
        ),
    ),
    ServiceRow(
        "metrics-collector",
        functions=(Work("consumer", timeout_s=10, memory_mb=256),),  # it writes log lines
    ),
    ServiceRow(
        "error-handler",
        noun="failed_event",
        moves="Failed event",
        store=Store(
            "failed-events",
            key=("failed_event_id",),
            index=Index("by-status", ("status", "parked_at_id")),
            streamed=False,
            purged_by="purge_at",
        ),
        functions=(
            Work(
                "consumer",
                ("UpdateItem",),
                calls=(Grant(ALL_DEAD_LETTER_QUEUES, RECEIVE), Grant(ALL_QUEUES, SEND)),
            ),
            Work(
                "api",
                ("GetItem", "BatchGetItem", "UpdateItem"),
                calls=(Grant(ALL_QUEUES, SEND),),
                timeout_s=API_TIMEOUT_S,
            ),
        ),
    ),
    ServiceRow(
        "event-relay",
        functions=(
            Work(
                "stream",
                calls=(Grant(BUS, ("events:PutEvents",)),),
                timeout_s=60,  # 100 records in at least 10 calls, with retries: none is skipped
            ),
        ),
    ),
)

STORES: Final = tuple(row.store for row in ROWS if row.store)


def streamed_tables() -> tuple[str, ...]:
    """The tables whose outbox the relay reads."""
    return tuple(store.name for store in STORES if store.streamed)


def table_owners() -> dict[str, str]:
    """Table → the service that owns it, for every table."""
    return {row.store.name: row.name for row in ROWS if row.store}


def stream_owners() -> str:
    """TABLE_OWNERS: whose events each table's stream may carry, as JSON."""
    owners = table_owners()
    return json.dumps({name: owners[name] for name in streamed_tables()})


def table_environment(prefix: str) -> dict[str, Any]:
    """The variables that follow from the rows, for a system whose names begin with `prefix`."""
    tables = {store.variable: f"{prefix}-{store.name}" for store in STORES}
    return {**tables, "TABLE_OWNERS": stream_owners()}
