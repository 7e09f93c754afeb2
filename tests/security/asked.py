"""What a call to AWS needs, in the words of the template: an action of IAM on a target.

DynamoDB authorizes a transaction by the actions it is made of.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.template import routing
from infra.template.functions import FUNCTIONS
from tests.builders import PREFIX
from tests.in_memory.system import Call
from tests.simulation.cloud import stack

Need = tuple[str, str]  # target and action
IN_A_TRANSACTION: Final = {"Put": "PutItem", "Update": "UpdateItem"}


def needs(call: Call) -> Iterator[Need]:
    """The grants that the call needs. Raises AssertionError for a call that is new here."""
    match call.service, call.operation:
        case "dynamodb", operation:
            yield from _of_dynamodb(operation, call.parameters)
        case "sqs", operation:
            yield _queue(call.function, call.parameters["QueueUrl"]), f"sqs:{operation}"
        case "events", "PutEvents":
            yield "bus", "events:PutEvents"
        case "secretsmanager", "GetSecretValue":
            yield "secret/gateway", "secretsmanager:GetSecretValue"
        case new:
            raise AssertionError(f"{new} is a new call: say here which grant it needs")


def _of_dynamodb(operation: str, p: Mapping[str, Any]) -> Iterator[Need]:
    match operation:
        case "TransactWriteItems":
            for write in p["TransactItems"]:
                ((kind, request),) = write.items()
                yield _table(request["TableName"]), f"dynamodb:{IN_A_TRANSACTION[kind]}"
        case "BatchGetItem":
            for name in p["RequestItems"]:
                yield _table(name), "dynamodb:BatchGetItem"
        case "Query":
            table = _table(p["TableName"]).removeprefix("table/")
            yield f"index/{table}/{p['IndexName']}", "dynamodb:Query"
        case _:
            yield _table(p["TableName"]), f"dynamodb:{operation}"


def _own(name: str) -> str:
    """Without the stack's prefix."""
    return name.removeprefix(f"{PREFIX}-").removeprefix(f"{stack.PREFIX}-")


def _table(name: str) -> str:
    return f"table/{_own(name)}"


def _queue(function: str, url: str) -> str:
    """A queue as grants name it; the error handler works for all services, so its are `all`."""
    name = _own(url.rpartition("/")[2])
    service = next(one.service for one in FUNCTIONS if one.name == function)
    kind = "dead-letter-queues" if name.endswith("-dlq") else "queues"
    assert name in {*routing.source_queues(), *routing.dead_letter_queues()}, name
    if service == routing.ERROR_HANDLER:
        return f"{kind}/all"
    assert routing.owner(name) == service, f"{function} uses {name}, another service's queue"
    return f"{kind}/own"
