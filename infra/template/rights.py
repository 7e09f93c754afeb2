"""Whether each role of a template allows what the template's own parts need from it.

Resource by resource: a right on one table's stream does not replace the right on another's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.services.rows import RECEIVE, SEND
from infra.template.functions import READ_STREAM
from infra.template.permissions import WRITE_LOGS

Resources = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True, order=True)
class Right:
    """One action that one function may, or must be allowed to, do on one resource."""

    function: str  # logical id
    action: str
    resource: str  # `LogicalId.Attribute`, or the text of another expression

    def __str__(self) -> str:
        return f"{self.function} may not do {self.action} on {self.resource}"


def lacking(template: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each right that a source or a destination needs and no role grants."""
    resources: Resources = template["Resources"]
    return [str(right) for right in sorted(set(needed(resources)) - set(granted(resources)))]


def granted(resources: Resources) -> Iterator[Right]:
    """Everything that the role of each function allows."""
    for title, function in _of(resources, "AWS::Lambda::Function"):
        role = resources[named(function["Role"]).partition(".")[0]]["Properties"]
        for policy in role["Policies"]:
            for statement in policy["PolicyDocument"]["Statement"]:
                for action in statement["Action"]:
                    for resource in statement["Resource"]:
                        yield Right(title, action, named(resource))


def needed(resources: Resources) -> Iterator[Right]:
    """What Lambda does in a function's name (polling, failures, logs), and where it parks."""
    for title, function in _of(resources, "AWS::Lambda::Function"):
        group = f"{named(function['LoggingConfig']['LogGroup'])}.Arn"
        yield from (Right(title, action, group) for action in WRITE_LOGS)
    for _, source in _of(resources, "AWS::Lambda::EventSourceMapping"):
        reader = named(source["FunctionName"]).removesuffix(".Arn")
        origin = named(source["EventSourceArn"])
        polls = READ_STREAM if origin.endswith(".StreamArn") else RECEIVE
        yield from (Right(reader, action, origin) for action in polls)
        yield from _on_failure(reader, source)
        yield from _parking(reader, resources[origin.partition(".")[0]]["Properties"])
    for _, config in _of(resources, "AWS::Lambda::EventInvokeConfig"):
        yield from _on_failure(named(config["FunctionName"]), config)


def _parking(reader: str, origin: Mapping[str, Any]) -> Iterator[Right]:
    """A consumer moves a message that it cannot handle into the queue's dead-letter queue."""
    if redrive := origin.get("RedrivePolicy"):
        dead = named(redrive["deadLetterTargetArn"])
        yield from (Right(reader, action, dead) for action in SEND)


def _on_failure(function: str, properties: Mapping[str, Any]) -> Iterator[Right]:
    failed = properties.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination")
    if failed:
        yield from (Right(function, action, named(failed)) for action in SEND)


def _of(resources: Resources, kind: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for title, resource in resources.items():
        if resource["Type"] == kind:
            yield title, resource["Properties"]


def named(value: Any) -> str:
    """`{"Fn::GetAtt": ["A", "Arn"]}` → `A.Arn`; a reference → the logical id."""
    match value:
        case {"Fn::GetAtt": [title, attribute]}:
            return f"{title}.{attribute}"
        case {"Ref": title}:
            return str(title)
        case _:
            return str(value)
