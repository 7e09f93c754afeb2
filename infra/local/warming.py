"""Start a process of every function before somebody waits for it."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from generated.catalogue import EVENTS
from infra.local.clients import LocalAws

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient

EMPTY_BATCH: Final[dict[str, list[object]]] = {"Records": []}
NO_OPERATION: Final = {"httpMethod": "GET", "resource": "/", "path": "/", "requestContext": {}}
# These would take anything for an event, and park what is none.
INVOKED: Final = frozenset(
    consumer.service
    for event in EVENTS.values()
    for consumer in event.consumers
    if consumer.delivery == "invoke"
)


def warm_up(aws: LocalAws) -> None:
    """Give every function something that it has nothing to do for."""
    functions: LambdaClient = aws.client("lambda")
    names = [function["FunctionName"] for function in functions.list_functions()["Functions"]]
    with ThreadPoolExecutor() as pool:
        for name in names:
            if not any(service in name for service in INVOKED):
                nothing = NO_OPERATION if name.endswith("-api") else EMPTY_BATCH
                payload = json.dumps(nothing).encode()
                pool.submit(functions.invoke, FunctionName=name, Payload=payload)
