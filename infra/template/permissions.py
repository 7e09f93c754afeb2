"""From the grants of a function to the statements of its role: exact actions on exact ARNs."""

from typing import Final

from troposphere import GetAtt, Sub

from infra.services.rows import BUS
from infra.template import routing
from infra.template.functions import Function
from infra.template.naming import camel

WRITE_LOGS: Final = ("logs:CreateLogStream", "logs:PutLogEvents")


def statements(function: Function) -> list[dict[str, object]]:
    """The policy of the function's role: its grants, and writing to its own log group."""
    return [
        *(_allow(grant.actions, _arns(grant.on, function.service)) for grant in function.grants),
        # CloudFormation returns this ARN with the suffix `:*`: the group's streams.
        _allow(WRITE_LOGS, [GetAtt(log_group(function), "Arn")]),
    ]


def _allow(actions: tuple[str, ...], resources: list[object]) -> dict[str, object]:
    return {"Effect": "Allow", "Action": list(actions), "Resource": resources}


def log_group(function: Function) -> str:
    """The logical id of the function's log group."""
    return f"{camel(function.name)}Logs"


def table(name: str) -> str:
    """The logical id of a table."""
    return f"{camel(name)}Table"


def queue(name: str) -> str:
    """The logical id of a queue or dead-letter queue."""
    return f"{camel(name)}Queue"


def _arns(on: str, service: str) -> list[object]:
    match on.split("/"):
        case ["table", name]:
            return [GetAtt(table(name), "Arn")]
        case ["index", name, index]:
            return [Sub(f"${{{table(name)}.Arn}}/index/{index}")]
        case ["stream", name]:
            return [GetAtt(table(name), "StreamArn")]
        case ["queues", scope]:
            return _queues(routing.source_queues(), scope, service)
        case ["dead-letter-queues", scope]:
            return _queues(routing.dead_letter_queues(), scope, service)
        case ["secret", name]:
            return [GetAtt(f"{camel(name)}Secret", "Id")]
        case [name] if name == BUS:
            return [GetAtt("EventBus", "Arn")]
        case _:
            raise ValueError(f"{service} has a grant on {on}, which infra/template does not know")


def _queues(names: tuple[str, ...], scope: str, service: str) -> list[object]:
    return [
        GetAtt(queue(name), "Arn")
        for name in names
        if scope == "all" or routing.owner(name) == service
    ]
