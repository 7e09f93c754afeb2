"""What CloudFormation makes of the template: conditions decided, parameters put in.

A reference becomes the logical id, an attribute `LogicalId.Attribute`: plain values to compare.
"""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from infra.template import build_template

ABSENT: Final = object()
PSEUDO: Final = {
    "AWS::AccountId": "123456789012",
    "AWS::Partition": "aws",
    "AWS::Region": "ap-southeast-2",
    "AWS::URLSuffix": "amazonaws.com",
}
GIVEN: Final = {"CodeBucket": "code", "GatewayUrl": "https://gateway.example"}

Resource = dict[str, Any]


class Stack:
    """The resources that exist with these parameters, by logical id."""

    def __init__(self, template: Mapping[str, Any], given: Mapping[str, str]) -> None:
        declared = template["Parameters"]
        defaults = {name: str(p.get("Default", name)) for name, p in declared.items()}
        self._values = {**PSEUDO, **defaults, **GIVEN, **given}
        self._conditions = template["Conditions"]
        self.resources: dict[str, Resource] = {
            title: {**resource, "Properties": self.value(resource["Properties"])}
            for title, resource in template["Resources"].items()
            if "Condition" not in resource or self._holds(resource["Condition"])
        }
        self.outputs = {name: self.value(o["Value"]) for name, o in template["Outputs"].items()}

    def of(self, kind: str) -> dict[str, Resource]:
        """The properties of every resource of a type (`SQS::Queue`)."""
        return {
            title: resource["Properties"]
            for title, resource in self.resources.items()
            if resource["Type"] == f"AWS::{kind}"
        }

    def named(self, kind: str, name_property: str) -> dict[str, Resource]:
        """The same by physical name."""
        return {properties[name_property]: properties for properties in self.of(kind).values()}

    def value(self, node: Any) -> Any:
        """`node` with its intrinsic functions carried out."""
        if isinstance(node, list):
            return [v for v in map(self.value, node) if v is not ABSENT]
        if not isinstance(node, dict):
            return node
        if len(node) == 1:
            (function, argument) = next(iter(node.items()))
            if function == "Ref" or function.startswith("Fn::"):
                return self._call(function, argument)
        values = {key: self.value(child) for key, child in node.items()}
        return {key: child for key, child in values.items() if child is not ABSENT}

    def _call(self, function: str, argument: Any) -> Any:
        match function:
            case "Ref":
                return ABSENT if argument == "AWS::NoValue" else self._known(argument)
            case "Fn::GetAtt":
                return ".".join(argument)
            case "Fn::Sub":
                return re.sub(r"\$\{([^}]+)}", lambda m: self._known(m[1]), argument)
            case "Fn::If":
                return self.value(argument[1 if self._holds(argument[0]) else 2])
            case "Fn::Join":
                return argument[0].join(self.value(argument[1]))
            case "Fn::Split":
                return self.value(argument[1]).split(argument[0])
            case "Fn::Select":
                return self.value(argument[1])[argument[0]]
            case _:
                raise AssertionError(f"the template uses {function}: teach it to this file")

    def _known(self, name: str) -> str:
        return self._values.get(name, name)

    def _holds(self, condition: Any) -> bool:
        definition = self._conditions[condition] if isinstance(condition, str) else condition
        if "Fn::Not" in definition:
            return not self._holds(definition["Fn::Not"][0])
        left, right = self.value(definition["Fn::Equals"])
        return bool(left == right)


def stack(**given: str) -> Stack:
    """The stack of the template as it is now."""
    return Stack(json.loads(build_template().to_json()), given)


@cache
def on_aws() -> Stack:
    """The stack with every parameter at its default: production."""
    return stack()


@cache
def on_ministack() -> Stack:
    """The stack as it runs on a developer's machine."""
    return stack(Stage="local", Platform="ministack", Sandbox="true", DeletionProtection="false")
