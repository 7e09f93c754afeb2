"""Every place of the API where a caller can write something, and what a good request is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from generated.catalogue import OPERATIONS
from generated.contract import Operation
from tests.api.entry import OPERATOR, Api

BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "createPayment": {
        "amount": {"value": 1, "currency": "EUR"},
        "payee": "coffee-shop-42",
        "description": "coffee",
        "metadata": {"table": "7"},
    },
    "createDeposit": {"amount": {"value": 1, "currency": "EUR"}, "user_id": "alice"},
    "redriveFailedEvent": {"note": "mended"},
    "discardFailedEvent": {"note": "hopeless"},
}
PATH: Final = {
    "payment_id": "pay_" + "a" * 26,
    "failed_event_id": "fev_" + "a" * 26,
    "currency": "EUR",
}
QUERIES: Final = ("status", "page_size", "cursor", "unheard-of")
WITH_BODY: Final = tuple(OPERATIONS[name] for name in BODIES)


def ask(api: Api, operation: Operation, **request: Any) -> dict[str, Any]:
    """A request that is good but for what `request` says otherwise."""
    path = {name: value for name, value in PATH.items() if f"{{{name}}}" in operation.path}
    given: dict[str, Any] = {"groups": OPERATOR, "path": path or None}
    given["headers"] = {"Idempotency-Key": "k-1"} | request.pop("headers", {})
    if operation.operation_id in BODIES and "raw" not in request:
        given["body"] = BODIES[operation.operation_id]
    return api.send(operation.method, operation.path, **given | request)


def places(text: str, turn: int) -> Iterator[tuple[str, Operation, dict[str, Any]]]:
    """Name, operation and request of every place, with this text in it.

    What all operations treat alike is tried at one of them; another `turn` takes another.
    """
    for name in PATH:
        yield f"path {name}", _one(turn, f"{{{name}}}"), {"path": PATH | {name: text}}
    for name in ("Idempotency-Key", "Content-Type", "unheard-of"):
        yield f"header {name}", WITH_BODY[turn % len(WITH_BODY)], {"headers": {name: text}}
    for name in QUERIES:
        yield f"query {name}", _one(turn, ""), {"query": {name: text}}
    yield "query name", _one(turn, ""), {"query": {text: "1"}}
    yield "user", _one(turn, ""), {"groups": text}
    for operation in WITH_BODY:
        for name, body in bodies(operation, text):
            yield f"body {name}", operation, {"body": body}


def _one(turn: int, path: str) -> Operation:
    """An operation whose path has this in it."""
    fitting = [one for one in OPERATIONS.values() if path in one.path]
    return fitting[turn % len(fitting)]


def bodies(operation: Operation, text: str) -> Iterator[tuple[str, dict[str, Any]]]:
    good = BODIES[operation.operation_id]
    for name in (*good, "unheard-of"):
        yield name, {**good, name: text}
    yield "name", {**good, text: 1}
    if "metadata" in good:
        yield "metadata value", {**good, "metadata": {"table": text}}
        yield "metadata name", {**good, "metadata": {text: "7"}}
    if "amount" in good:
        yield "currency", {**good, "amount": {"value": 1, "currency": text}}
        yield "value", {**good, "amount": {"value": text, "currency": "EUR"}}
