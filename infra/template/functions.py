"""The functions: what each may do and how long it may take, from the rows and the contract.

Tests compare what is granted here with what is used.
"""

from dataclasses import dataclass
from typing import Final

from infra.services.rows import (
    RECEIVE,
    ROWS,
    SEND,
    Grant,
    Role,
    ServiceRow,
    Work,
    streamed_tables,
)
from infra.template import routing
from infra.template.naming import camel

# What a consumer does itself: see a message again soon.
RETRY_SOON: Final = ("sqs:ChangeMessageVisibility",)
READ_STREAM: Final = (
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One Lambda function. `batch_items` holds for each queue it reads."""

    service: str
    role: Role
    timeout_s: int
    memory_mb: int
    grants: tuple[Grant, ...]
    batch_items: int = 10

    @property
    def name(self) -> str:
        """The function's name without the stack's prefix."""
        return f"{self.service}-{self.role}"

    @property
    def logical_id(self) -> str:
        """The function's logical id."""
        return f"{camel(self.name)}Function"

    @property
    def handler(self) -> str:
        """The entry point in the service's package."""
        return f"handlers.{self.service.replace('-', '_')}.{self.role}.handler"


def functions(rows: tuple[ServiceRow, ...]) -> tuple[Function, ...]:
    """The functions of these services, with the rights that follow from row and contract."""
    return tuple(
        Function(
            service=row.name,
            role=work.role,
            timeout_s=work.timeout_s,
            memory_mb=work.memory_mb,
            grants=(
                *_own_table(row, work),
                *_streams(work),
                *work.calls,
                *_own_queues(row.name, work),
            ),
            batch_items=work.batch_items,
        )
        for row in rows
        for work in row.functions
    )


def _own_table(row: ServiceRow, work: Work) -> tuple[Grant, ...]:
    """The declared actions on the service's table; an api also lists by the table's index."""
    store = row.store
    if store is None or not work.actions:
        return ()
    table = Grant(f"table/{store.name}", tuple(f"dynamodb:{action}" for action in work.actions))
    if store.index is None or work.role != "api":
        return (table,)
    return (table, Grant(f"index/{store.name}/{store.index.name}", ("dynamodb:Query",)))


def _streams(work: Work) -> tuple[Grant, ...]:
    if work.role != "stream":
        return ()
    return tuple(Grant(f"stream/{name}", READ_STREAM) for name in streamed_tables())


def _own_queues(service: str, work: Work) -> tuple[Grant, ...]:
    """Read the service's own queues, and park in their dead-letter queues."""
    own = [name for name in routing.source_queues() if routing.owner(name) == service]
    if work.role == "api" or not own:
        return ()
    # What operators send back is not urgent: such a queue waits for its own timeout.
    urgent = set(own) - set(routing.return_queues())
    receive = (*RECEIVE, *RETRY_SOON) if urgent else RECEIVE
    return (Grant("queues/own", receive), Grant("dead-letter-queues/own", SEND))


FUNCTIONS: Final = functions(ROWS)


def receiver(service: str) -> Function:
    """The function through which a service receives events.

    Raises ValueError when the catalogue names a consumer that has no row.
    """
    for function in FUNCTIONS:
        if function.service == service and function.role != "api":
            return function
    raise ValueError(
        f"{service} receives events but has no function for them: add it to ROWS in "
        "infra/services/rows.py"
    )


def api(service: str) -> Function:
    """The function that answers a service's HTTP operations.

    Raises ValueError when the contract names a service that has none in its row.
    """
    for function in FUNCTIONS:
        if function.service == service and function.role == "api":
            return function
    raise ValueError(
        f"{service} has HTTP operations but no api function: add it to ROWS in "
        "infra/services/rows.py"
    )
