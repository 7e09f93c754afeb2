"""What each function needs from AWS in a full run, compared with what its row grants."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from infra.services.rows import RECEIVE
from infra.template import routing
from infra.template.functions import FUNCTIONS, READ_STREAM, Function
from tests.builders import PREFIX
from tests.in_memory.system import Call, System
from tests.security.full_run import run_everything
from tests.simulation.cloud import stack

Need = tuple[str, str]  # target and action
IN_A_TRANSACTION: Final = {"Put": "PutItem", "Update": "UpdateItem"}
# Lambda's poller does this in the function's name; the function itself never does.
BY_THE_POLLER: Final = {*RECEIVE, *READ_STREAM}


@cache
def recorded() -> dict[str, frozenset[Need]]:
    """Return function → what its calls needed in a full run."""
    systems = (System(), System(over_http=True))
    for system in systems:
        run_everything(system)
    calls = [call for system in systems for call in system.calls if call.function != "test"]
    return {
        function.name: frozenset(
            need for call in calls if call.function == function.name for need in needs(call)
        )
        for function in FUNCTIONS
    }


def granted(function: Function) -> frozenset[Need]:
    """Return what the function itself may do; `infra.template.rights` checks the poller's part."""
    return frozenset(
        (grant.on, action)
        for grant in function.grants
        for action in grant.actions
        if action not in BY_THE_POLLER
    )


def differences(function: str, grants: frozenset[Need]) -> list[str]:
    """Return a sentence for each grant that is missing, and for each that nothing uses."""
    used = recorded()[function]
    return [
        *(
            f"{function} does {action} on {target}, which its row does not grant"
            for target, action in sorted(used - grants)
        ),
        *(
            f"{function} never does {action} on {target}, which its row grants"
            for target, action in sorted(grants - used)
        ),
    ]


def needs(call: Call) -> Iterator[Need]:
    """Return the grants that a call needs: actions of IAM and their targets.

    DynamoDB authorizes a transaction by the actions it is made of.
    """
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
            raise AssertionError(f"{new} is a new call: add the grant that it needs to this file")


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
    """Return a name without the stack's prefix."""
    return name.removeprefix(f"{PREFIX}-").removeprefix(f"{stack.PREFIX}-")


def _table(name: str) -> str:
    return f"table/{_own(name)}"


def _queue(function: str, url: str) -> str:
    """Return a queue as grants name it: `all` for the error handler, which serves all services."""
    name = _own(url.rpartition("/")[2])
    service = next(one.service for one in FUNCTIONS if one.name == function)
    kind = "dead-letter-queues" if name.endswith("-dlq") else "queues"
    assert name in {*routing.source_queues(), *routing.dead_letter_queues()}, name
    if service == routing.ERROR_HANDLER:
        return f"{kind}/all"
    assert routing.owner(name) == service, f"{function} uses {name}, another service's queue"
    return f"{kind}/own"
