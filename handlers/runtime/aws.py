"""Clients of AWS: one session, short timeouts, few retries, since a failed message is redelivered.

What a cold start does not need is left out or postponed (docs/performance.md).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import BotoCoreError, ClientError

from handlers.core.errors import Retryable

if TYPE_CHECKING:
    from botocore.session import Session
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 4
ATTEMPTS_MAX = 3
# Without one, botocore builds it again for every call, in a third of the call's CPU time.
USER_AGENT = "payments"

TRANSIENT_CODES = frozenset(
    {
        "InternalFailure",
        "InternalServerError",
        "LimitExceededException",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "ServiceUnavailable",
        "Throttling",
        "ThrottlingException",
        "TransactionInProgressException",
    }
)
SERVER_ERROR = 500

SERVICES = frozenset({"dynamodb", "events", "secretsmanager", "sqs"})


@cache
def _session() -> Session:
    """Return a session without botocore's hundred special cases for other services.

    Imported here, because metrics-collector rarely needs a client.
    """
    from botocore.handlers import BUILTIN_HANDLERS, REGISTER_FIRST, REGISTER_LAST
    from botocore.session import Session

    session = Session(include_builtin_handlers=False)
    emitter = session.get_component("event_emitter")
    register = {
        None: emitter.register,
        REGISTER_FIRST: emitter.register_first,
        REGISTER_LAST: emitter.register_last,
    }
    for event, handler, *order in BUILTIN_HANDLERS:
        if _concerns_us(event):
            register[order[0] if order else None](event, handler)
    return session


def _concerns_us(event: str) -> bool:
    """Return whether an event of botocore can be ours: `before-call`, not `before-call.s3`."""
    moment, *service = event.split(".")
    return moment != "docs" and (not service or service[0] in SERVICES)


@cache
def _client(service: str) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS_MAX},
        user_agent=USER_AGENT,
    )
    return _session().create_client(service, config=config)


class _Later:
    """A client that is made when it is first used."""

    def __init__(self, service: str) -> None:
        self._service = service

    def __getattr__(self, name: str) -> Any:
        return getattr(_client(self._service), name)


def dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = _client("dynamodb")
    return client


@cache
def sqs() -> SQSClient:
    """Made when it is first used: most consumers need it only for messages that fail."""
    return cast("SQSClient", _Later("sqs"))


def events() -> EventBridgeClient:
    client: EventBridgeClient = _client("events")
    return client


def secret(secret_id: str) -> str:
    """Return the value of a secret. Raises Retryable when it is unavailable."""
    client: SecretsManagerClient = _client("secretsmanager")
    try:
        return client.get_secret_value(SecretId=secret_id)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        raise Retryable(f"secret {secret_id} is unavailable: {type(error).__name__}") from error


def queue_url(client: SQSClient, account: str, name: str) -> str:
    """Return the URL of a queue from its account and name: it needs no call and no permission."""
    return f"{client.meta.endpoint_url}/{account}/{name}"


def as_failure(error: BotoCoreError | ClientError, doing: str) -> Exception:
    """Return Retryable for a fault that may pass (throttled, unreachable), else the error."""
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code not in TRANSIENT_CODES and status < SERVER_ERROR:
            return error
        return Retryable(f"{doing}: AWS answered {code or status}")
    return Retryable(f"{doing}: {type(error).__name__}")
