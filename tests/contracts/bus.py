"""The routing of the real template: the targets that an entry reaches, as in EventBridge.

Patterns, input paths, queues and event source mappings are read from the rendered template and
evaluated here, without code of infra.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from tests.builders import PREFIX
from tests.in_memory.system import Entry
from tests.infra.rendered import Stack, stack

EXPIRY_S: Final = 900


@dataclass(frozen=True, slots=True)
class Delivery:
    """An event at its consumer: the function that receives it, through which queue, and when."""

    function: str
    queue: str | None
    delay_s: int
    body: str


@cache
def built() -> Stack:
    return stack(Stage="test", ExpirySeconds=str(EXPIRY_S))


def deliveries(entry: Entry) -> list[Delivery]:
    """Return what the bus delivers for an entry."""
    event = {
        "version": "0",
        "source": entry.source,
        "detail-type": entry.detail_type,
        "detail": json.loads(entry.detail),
    }
    return [
        _delivery(target, event)
        for rule in built().of("Events::Rule").values()
        if rule.get("State", "ENABLED") == "ENABLED" and matches(rule["EventPattern"], event)
        for target in rule["Targets"]
    ]


def matches(pattern: Mapping[str, Any], event: Mapping[str, Any]) -> bool:
    """Whether the pattern matches. Raises AssertionError for content filters, unused so far."""
    for name, wanted in pattern.items():
        if isinstance(wanted, Mapping):
            nested = event.get(name)
            if not isinstance(nested, Mapping) or not matches(wanted, nested):
                return False
            continue
        assert all(not isinstance(value, Mapping) for value in wanted), wanted
        if event.get(name) not in wanted:
            return False
    return True


def _delivery(target: Mapping[str, Any], event: Mapping[str, Any]) -> Delivery:
    body = json.dumps(_input(target, event))
    title = target["Arn"].removesuffix(".Arn")
    functions = built().of("Lambda::Function")
    if title in functions:
        return Delivery(_short(functions[title]["FunctionName"]), None, 0, body)
    queue = built().of("SQS::Queue")[title]
    (reader,) = (
        functions[source["FunctionName"].removesuffix(".Arn")]["FunctionName"]
        for source in built().of("Lambda::EventSourceMapping").values()
        if source["EventSourceArn"] == target["Arn"]
    )
    delay_s = int(queue.get("DelaySeconds", 0))
    return Delivery(_short(reader), _short(queue["QueueName"]), delay_s, body)


def _input(target: Mapping[str, Any], event: Mapping[str, Any]) -> Any:
    assert "InputTransformer" not in target
    node: Any = event
    for step in target.get("InputPath", "$").split(".")[1:]:
        node = node[step]
    return node


def _short(name: str) -> str:
    return name.removeprefix(f"{PREFIX}-")
