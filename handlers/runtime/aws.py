"""Clients of AWS: one session, short timeouts, few retries, since whatever fails here is
redelivered anyway.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from handlers.core.errors import Retryable

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_secretsmanager import SecretsManagerClient
    from mypy_boto3_sqs import SQSClient

CONNECT_TIMEOUT_S = 1
READ_TIMEOUT_S = 4
ATTEMPTS_MAX = 3

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


@cache
def _session() -> botocore.session.Session:
    return botocore.session.get_session()


@cache
def _client(service: str) -> Any:
    config = Config(
        connect_timeout=CONNECT_TIMEOUT_S,
        read_timeout=READ_TIMEOUT_S,
        retries={"mode": "standard", "total_max_attempts": ATTEMPTS_MAX},
    )
    return _session().create_client(service, config=config)


def dynamodb() -> DynamoDBClient:
    client: DynamoDBClient = _client("dynamodb")
    return client


def sqs() -> SQSClient:
    client: SQSClient = _client("sqs")
    return client


def events() -> EventBridgeClient:
    client: EventBridgeClient = _client("events")
    return client


def secret(secret_id: str) -> str:
    """The value of a secret, asked for when it is first needed.

    Raises Retryable when it is not to be had.
    """
    client: SecretsManagerClient = _client("secretsmanager")
    try:
        return client.get_secret_value(SecretId=secret_id)["SecretString"]
    except (BotoCoreError, ClientError) as error:
        raise Retryable(f"secret {secret_id} is not to be had: {type(error).__name__}") from error


def queue_url(client: SQSClient, account: str, name: str) -> str:
    """The URL of a queue, which follows from its account and name: no call and no permission
    needed.
    """
    return f"{client.meta.endpoint_url}/{account}/{name}"


def as_failure(error: BotoCoreError | ClientError, doing: str) -> Exception:
    """Retryable when the world may differ in a moment (throttled, unreachable), else the error
    itself (a bug).
    """
    if isinstance(error, ClientError):
        code = error.response.get("Error", {}).get("Code", "")
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
        if code not in TRANSIENT_CODES and status < SERVER_ERROR:
            return error
        return Retryable(f"{doing}: AWS answered {code or status}")
    return Retryable(f"{doing}: {type(error).__name__}")
