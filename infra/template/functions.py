"""The functions: what each may do, how long it may take, and why.

Tests compare what is granted here with what is used.
"""

from dataclasses import dataclass
from typing import Final, Literal

from infra.template.naming import camel

# What a grant is on.
Target = Literal[
    "table/payments",
    "table/wallets",
    "table/charges",
    "table/failed-events",
    "index/payments/by-user",
    "index/wallets/by-user",
    "index/failed-events/by-status",
    "stream/payments",
    "stream/wallets",
    "stream/charges",
    "queues/own",  # the queues that belong to the function's service
    "queues/all",
    "dead-letter-queues/own",
    "dead-letter-queues/all",
    "bus",
    "secret/gateway",
]


@dataclass(frozen=True, slots=True)
class Grant:
    """Actions on one kind of resource; `permissions` knows the ARNs."""

    on: Target
    actions: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Function:
    """One Lambda function. `batch_items` and `window_s` hold for each queue it reads."""

    service: str
    role: Literal["api", "consumer", "stream"]
    timeout_s: int
    memory_mb: int  # also buys CPU: 512 MB is 0.3 of a core, enough to start quickly
    grants: tuple[Grant, ...]
    batch_items: int = 10
    window_s: int = 0

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


# What Lambda's poller does in the function's name.
RECEIVE: Final = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
# What a consumer does itself: have a message again soon, and park it with the reason.
RETRY_SOON: Final = ("sqs:ChangeMessageVisibility",)
SEND: Final = ("sqs:SendMessage",)
READ_STREAM: Final = (
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:DescribeStream",
    "dynamodb:ListStreams",
)
CONSUME_OWN: Final = (
    Grant("queues/own", (*RECEIVE, *RETRY_SOON)),
    Grant("dead-letter-queues/own", SEND),
)
# A caller waits: give up while API Gateway (29 s) can still answer, and the client can repeat.
API_TIMEOUT_S: Final = 10

FUNCTIONS: Final = (
    Function(
        service="payment-orchestrator",
        role="api",
        timeout_s=API_TIMEOUT_S,
        memory_mb=512,
        grants=(
            Grant(
                "table/payments",
                ("dynamodb:PutItem", "dynamodb:GetItem", "dynamodb:BatchGetItem"),
            ),
            Grant("index/payments/by-user", ("dynamodb:Query",)),
        ),
    ),
    Function(
        service="payment-orchestrator",
        role="consumer",
        timeout_s=30,
        memory_mb=512,
        grants=(
            Grant("table/payments", ("dynamodb:GetItem", "dynamodb:UpdateItem")),
            *CONSUME_OWN,
        ),
    ),
    Function(
        service="wallet-service",
        role="api",
        timeout_s=API_TIMEOUT_S,
        memory_mb=512,
        # A transaction is authorized by the actions it is made of.
        grants=(
            Grant(
                "table/wallets",
                (
                    "dynamodb:GetItem",
                    "dynamodb:BatchGetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                ),
            ),
            Grant("index/wallets/by-user", ("dynamodb:Query",)),
        ),
    ),
    Function(
        service="wallet-service",
        role="consumer",
        timeout_s=30,
        memory_mb=512,
        grants=(
            Grant(
                "table/wallets",
                ("dynamodb:BatchGetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            ),
            *CONSUME_OWN,
        ),
    ),
    Function(
        service="gateway-processor",
        role="consumer",
        # A delivery asks the gateway at most three times, and each call takes at most 5 s.
        timeout_s=30,
        memory_mb=512,
        grants=(
            Grant(
                "table/charges",
                ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem"),
            ),
            Grant("secret/gateway", ("secretsmanager:GetSecretValue",)),
            *CONSUME_OWN,
        ),
        # One: a payee that does not answer keeps nobody else waiting, and times out alone.
        batch_items=1,
    ),
    Function(
        service="metrics-collector",
        role="consumer",
        timeout_s=10,  # writes log lines
        memory_mb=256,
        grants=(Grant("queues/own", RECEIVE), Grant("dead-letter-queues/own", SEND)),
    ),
    Function(
        service="error-handler",
        role="consumer",
        timeout_s=30,
        memory_mb=512,
        grants=(
            Grant("table/failed-events", ("dynamodb:UpdateItem",)),
            Grant("dead-letter-queues/all", RECEIVE),
            Grant("queues/all", SEND),
        ),
    ),
    Function(
        service="error-handler",
        role="api",
        timeout_s=API_TIMEOUT_S,
        memory_mb=512,
        grants=(
            Grant(
                "table/failed-events",
                ("dynamodb:GetItem", "dynamodb:BatchGetItem", "dynamodb:UpdateItem"),
            ),
            Grant("index/failed-events/by-status", ("dynamodb:Query",)),
            Grant("queues/all", SEND),
        ),
    ),
    Function(
        service="event-relay",
        role="stream",
        timeout_s=60,  # 100 records in at least 10 calls, with retries: nothing may be skipped
        memory_mb=512,
        grants=(
            Grant("stream/payments", READ_STREAM),
            Grant("stream/wallets", READ_STREAM),
            Grant("stream/charges", READ_STREAM),
            Grant("bus", ("events:PutEvents",)),
            Grant("queues/own", RECEIVE),
            Grant("dead-letter-queues/own", SEND),
        ),
    ),
)


def receiver(service: str) -> Function:
    """The function through which a service hears events.

    Raises ValueError when the catalogue names a consumer that has no function here.
    """
    for function in FUNCTIONS:
        if function.service == service and function.role != "api":
            return function
    raise ValueError(
        f"{service} consumes events but has no function: add it to FUNCTIONS in "
        "infra/template/functions.py, with what it may do"
    )


def api(service: str) -> Function:
    """The function that answers a service's HTTP operations.

    Raises ValueError when the contract names a service that has none.
    """
    for function in FUNCTIONS:
        if function.service == service and function.role == "api":
            return function
    raise ValueError(
        f"{service} has HTTP operations but no api function: add it to FUNCTIONS in "
        "infra/template/functions.py, with what it may do"
    )
