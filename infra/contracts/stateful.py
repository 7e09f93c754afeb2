"""The stateful parts of the template, as a release freezes them: stateful.json.

Of a resource that holds data, all properties; of any other that has a name, its identity.
Intrinsic functions stay as they are, so the parts are the same for every stage.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

Resource: TypeAlias = Mapping[str, Any]
Parts: TypeAlias = Mapping[str, Resource]  # logical id -> resource

FILE: Final = "stateful.json"
# Type -> what is lost with a resource of this type.
HELD: Final[Mapping[str, str]] = {
    "AWS::DynamoDB::Table": "its items",
    "AWS::SQS::Queue": "its messages",
    "AWS::SecretsManager::Secret": "its value",
    "AWS::S3::Bucket": "its objects",
    "AWS::Cognito::UserPool": "its users",
    "AWS::Cognito::UserPoolClient": "the id that clients sign in with",
    "AWS::Cognito::UserPoolGroup": "its members",
    "AWS::KMS::Key": "what it encrypted",
    "AWS::ApiGateway::RestApi": "its address",
}
UNCOMPARED: Final = frozenset({"Body", "Description", "Tags"})  # change in place, and often do
REGION: Final = "us-east-1"  # whose resource schemas are read; they are the same in every region
POLICIES: Final = ("DeletionPolicy", "UpdateReplacePolicy")


def stateful_parts(template: Mapping[str, Any]) -> dict[str, Resource]:
    """Return the stateful resources of a template, without what may change freely."""
    found: dict[str, Resource] = {}
    for logical_id, resource in sorted(template["Resources"].items()):
        properties = _kept(resource["Type"], resource.get("Properties", {}))
        if resource["Type"] in HELD or properties:
            policies = {name: resource[name] for name in POLICIES if name in resource}
            found[logical_id] = {"Type": resource["Type"], **policies, "Properties": properties}
    return found


def _kept(kind: str, properties: Mapping[str, Any]) -> Mapping[str, Any]:
    if kind not in HELD:
        return identity(kind, properties)
    return {name: value for name, value in properties.items() if name not in UNCOMPARED}


def identity(kind: str, properties: Mapping[str, Any]) -> dict[str, Any]:
    """Return the name that the template gives a resource, and what else identifies it, or nothing.

    No two resources of a type can have the same identity at a time.
    """
    fixed = {path[0] for path in create_only(kind) if len(path) == 1}
    names = {n for n in fixed if n.endswith("Name") and _is_text(properties.get(n))}
    identifier = {path.rpartition("/")[2] for path in _schema(kind)["primaryIdentifier"]}
    wanted = names | identifier if names else set()
    return {name: value for name, value in properties.items() if name in wanted}


def _is_text(value: Any) -> bool:
    """Whether the value is written in the template, not taken from another resource."""
    return isinstance(value, str) or (isinstance(value, Mapping) and "Fn::Sub" in value)


@cache
def create_only(kind: str) -> tuple[tuple[str, ...], ...]:
    """Return the paths of the properties that CloudFormation can set only at creation.

    They come from AWS's resource schemas, which cfn-lint contains.
    """
    keys = ("createOnlyProperties", "conditionalCreateOnlyProperties")
    listed = [path for key in keys for path in _schema(kind).get(key, ())]
    return tuple(tuple(path.split("/")[2:]) for path in listed)


def _schema(kind: str) -> Mapping[str, Any]:
    schema: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema(REGION, kind).schema
    return schema


def current() -> dict[str, Resource]:
    """Return the stateful parts of the current template."""
    from infra.template.stack import render

    return stateful_parts(json.loads(render()))


def freeze(folder: Path) -> None:
    """Write the stateful parts of the template into a release, with their checksum."""
    resources = current()
    document = {"sha256": _checksum(resources), "resources": resources}
    (folder / FILE).write_text(json.dumps(document, indent=1, sort_keys=True) + "\n", "utf-8")


def frozen(folder: Path) -> dict[str, Resource] | None:
    """Return the stateful parts that a release froze; none of a release before they were frozen.

    Raises ValueError when somebody edited the file.
    """
    if not (folder / FILE).exists():
        return None
    document = json.loads((folder / FILE).read_text("utf-8"))
    resources: dict[str, Resource] = document["resources"]
    if _checksum(resources) != document["sha256"]:
        raise ValueError(f"{folder.name}/{FILE} was edited: restore it from git")
    return resources


def _checksum(resources: Parts) -> str:
    return hashlib.sha256(json.dumps(resources, sort_keys=True).encode()).hexdigest()
