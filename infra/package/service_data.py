"""botocore's descriptions of AWS services, cut down to the operations that the handlers call.

botocore reads the description of a whole service to make a client: half a megabyte for DynamoDB, of
which six operations need 4%. Tests compare OPERATIONS_USED with the handlers.
"""

import gzip
import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

OPERATIONS_USED: Final[Mapping[str, frozenset[str]]] = {
    "dynamodb": frozenset(
        {"BatchGetItem", "GetItem", "PutItem", "Query", "TransactWriteItems", "UpdateItem"}
    ),
    "events": frozenset({"PutEvents"}),
    "secretsmanager": frozenset({"GetSecretValue"}),
    "sqs": frozenset({"ChangeMessageVisibility", "SendMessage"}),
}
SHARED: Final = frozenset(
    {"_retry.json", "endpoints.json", "partitions.json", "sdk-default-configuration.json"}
)
# What botocore looks for beside the description to make a client; the rest is for tools.
KINDS: Final = ("service-2", "endpoint-rule-set-1")
FOR_PEOPLE: Final = frozenset({"documentation", "documentationUrl"})

Json = Any


def trim(data: Path) -> None:
    """Rewrite `botocore/data` in place."""
    for entry in list(data.iterdir()):
        if entry.is_dir() and entry.name in OPERATIONS_USED:
            _trim_service(entry, OPERATIONS_USED[entry.name])
        elif entry.is_dir():
            shutil.rmtree(entry)
        elif entry.name not in SHARED:
            entry.unlink()
    _trim_endpoints(data / "endpoints.json")


def _trim_service(service: Path, operations: frozenset[str]) -> None:
    """Keep the newest version, and of it what the operations need."""
    *older, newest = sorted(service.iterdir())
    for version in older:
        shutil.rmtree(version)
    for file in list(newest.iterdir()):
        if file.name.startswith(KINDS):
            _trim_file(file, operations)
        else:
            file.unlink()


def _trim_file(file: Path, operations: frozenset[str]) -> None:
    raw = file.read_bytes()
    document = json.loads(gzip.decompress(raw) if file.suffix == ".gz" else raw)
    file.unlink()
    if file.name.startswith("service-2.json"):
        document = described(document, operations)
    _write(file.with_suffix("") if file.suffix == ".gz" else file, document)


def described(service: Json, operations: frozenset[str]) -> Json:
    """The description of a service with these operations only, and what their shapes refer to."""
    kept = {name: service["operations"][name] for name in sorted(operations)}
    shapes: dict[str, Json] = {}
    waiting = list(_shapes_named(kept))
    while waiting:
        name = waiting.pop()
        if name not in shapes:
            shapes[name] = service["shapes"][name]
            waiting.extend(_shapes_named(shapes[name]))
    return {
        **{name: value for name, value in service.items() if name not in FOR_PEOPLE},
        "operations": {name: _terse(value) for name, value in kept.items()},
        "shapes": {name: _terse(shapes[name]) for name in sorted(shapes)},
    }


def _shapes_named(node: Json) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("shape"), str):
            yield node["shape"]
        for value in node.values():
            yield from _shapes_named(value)
    elif isinstance(node, list):
        for value in node:
            yield from _shapes_named(value)


def _terse(node: Json) -> Json:
    """Without what is written for people: text under these names; a member may be named so too."""
    if isinstance(node, dict):
        return {
            name: _terse(value)
            for name, value in node.items()
            if not (name in FOR_PEOPLE and isinstance(value, str))
        }
    return [_terse(value) for value in node] if isinstance(node, list) else node


def _trim_endpoints(file: Path) -> None:
    """Every region of the services that are used; 1.2 MB are about others."""
    document = json.loads(file.read_bytes())
    for partition in document["partitions"]:
        partition["services"] = {
            name: value for name, value in partition["services"].items() if name in OPERATIONS_USED
        }
    _write(file, document)


def _write(file: Path, document: Json) -> None:
    file.write_text(json.dumps(document, separators=(",", ":")))
