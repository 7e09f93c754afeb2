"""Every place of the API where a caller can write something, from the contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from generated.catalogue import OPERATIONS
from generated.contract import Operation
from infra.contracts.documents import OPENAPI
from tests.api.entry import OPERATOR, Api
from tests.contracts.payloads import CONTRACT
from tests.contracts.requests import REQUESTS
from tests.fields.bodies import bodies as bodies_of

SCHEMAS: Final = {body.operation_id: body.schema for body in bodies_of(CONTRACT)}
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    request.operation_id: request.body for request in REQUESTS if request.operation_id in SCHEMAS
}
PATHS: Final = {request.operation_id: request.parameters["path"] for request in REQUESTS}
IN_PATHS: Final = tuple(dict.fromkeys(name for path in PATHS.values() for name in path))
QUERIES: Final = (
    *dict.fromkeys(
        parameter["name"]
        for _, _, item, operation in CONTRACT.operations()
        for parameter in CONTRACT.parameters(OPENAPI, item, operation)
        if parameter["in"] == "query"
    ),
    "unknown-name",
)
WITH_BODY: Final = tuple(OPERATIONS[name] for name in BODIES)


def ask(api: Api, operation: Operation, **request: Any) -> dict[str, Any]:
    """Send a request that is valid except for what `request` changes."""
    path = PATHS[operation.operation_id]
    given: dict[str, Any] = {"groups": OPERATOR, "path": path or None}
    given["headers"] = {"Idempotency-Key": "k-1"} | request.pop("headers", {})
    if operation.operation_id in BODIES and "raw" not in request:
        given["body"] = BODIES[operation.operation_id]
    return api.send(operation.method, operation.path, **given | request)


def places(text: str, turn: int) -> Iterator[tuple[str, Operation, dict[str, Any]]]:
    """Name, operation and request of every place, with this text in it.

    What all operations treat the same way is tried at one of them, which `turn` chooses.
    """
    for name in IN_PATHS:
        operation = _one(turn, f"{{{name}}}")
        yield f"path {name}", operation, {"path": {**PATHS[operation.operation_id], name: text}}
    for name in ("Idempotency-Key", "Content-Type", "unknown-name"):
        yield f"header {name}", WITH_BODY[turn % len(WITH_BODY)], {"headers": {name: text}}
    for name in QUERIES:
        yield f"query {name}", _one(turn, ""), {"query": {name: text}}
    yield "query name", _one(turn, ""), {"query": {text: "1"}}
    yield "user", _one(turn, ""), {"groups": text}
    for operation in WITH_BODY:
        for name, body in bodies(operation, text):
            yield f"body {name}", operation, {"body": body}


def _one(turn: int, path: str) -> Operation:
    """An operation whose path contains this."""
    fitting = [one for one in OPERATIONS.values() if path in one.path]
    return fitting[turn % len(fitting)]


def bodies(operation: Operation, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and body of every place of a body, nested fields and names in maps included."""
    good = BODIES[operation.operation_id]
    yield from _inside(SCHEMAS[operation.operation_id], good, text)
    yield "unknown-name", {**good, "unknown-parameter": text}
    yield "name", {**good, text: 1}


def _inside(
    schema: Mapping[str, Any], good: Mapping[str, Any], text: str
) -> Iterator[tuple[str, dict[str, Any]]]:
    values = schema.get("additionalProperties")
    for name, child in good.items():
        yield name, {**good, name: text}
        if isinstance(child, Mapping):
            for inner, changed in _inside(schema["properties"][name], child, text):
                yield f"{name}.{inner}", {**good, name: changed}
    if isinstance(values, Mapping):
        yield "name", {text: next(iter(good.values()))}
