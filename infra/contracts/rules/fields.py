"""Rules of the fields of requests: where each stops on purpose, with the reason next to it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.contracts.documents import NAMES, OPENAPI, Documents

KEPT_FROM: Final = "x-kept-from"
# The places that a field of a request reaches unless the contract keeps it from them.
PLACES: Final = ("store", "answers", "events", "gateway")
WORDS_MIN: Final = 3
Path = tuple[str, ...]
Node = Mapping[str, Any]


def declared(contract: Documents, operation_id: str, path: Path) -> Mapping[str, str]:
    """Return the places that a field of a request body, or its parent, is kept from, and why."""
    kept: dict[str, str] = {}
    for at, node in _fields(contract, operation_id):
        if at == path[: len(at)]:
            kept |= node.get(KEPT_FROM, {})
    return kept


def fields_are_kept_with_a_reason(contract: Documents) -> Iterator[str]:
    """Check that `x-kept-from` is in a field of a request, and names known places with reasons."""
    known: set[int] = set()
    for _, _, _, operation in contract.operations(OPENAPI):
        if "requestBody" not in operation:
            continue
        for path, node in _fields(contract, operation["operationId"]):
            where = f"{operation['operationId']}.{'.'.join(path)}"
            known.add(id(node))
            if KEPT_FROM in node:
                yield from _of_field(where, node[KEPT_FROM])
                yield from _shown_anyway(contract, operation, path, node)
    for name in NAMES:
        for pointer, node in _mappings(contract.by_name[name], ""):
            if KEPT_FROM in node and id(node) not in known:
                yield f"{name}{pointer}: {KEPT_FROM} belongs in a field of a request body"


def _of_field(where: str, kept: Any) -> Iterator[str]:
    if not isinstance(kept, Mapping) or not kept:
        yield f"{where}: {KEPT_FROM} maps places ({', '.join(PLACES)}) to reasons"
        return
    for place, reason in kept.items():
        if place not in PLACES:
            yield f"{where}: {KEPT_FROM} knows no place {place}, only {', '.join(PLACES)}"
        if not isinstance(reason, str) or len(reason.split()) < WORDS_MIN:
            yield f"{where}: give the reason why it is kept from {place}"


def _shown_anyway(contract: Documents, operation: Node, path: Path, field: Node) -> Iterator[str]:
    """Yield a violation if a field that is kept from the answers is one of their fields."""
    if "answers" in field[KEPT_FROM]:
        good = next(r for s, r in operation["responses"].items() if s.startswith("2"))
        schema = contract.flat(OPENAPI, next(iter(good["content"].values()))["schema"])
        for step in path:
            schema = schema.get("properties", {}).get(step)
            if schema is None:
                return
        yield f"{operation['operationId']}.{'.'.join(path)}: the answer has it nevertheless"


def _fields(contract: Documents, operation_id: str) -> Iterator[tuple[Path, Node]]:
    """Yield path and node of each field of a request body; references keep their siblings."""
    for _, _, _, operation in contract.operations(OPENAPI):
        if operation["operationId"] == operation_id:
            name, body = contract.resolved(OPENAPI, operation["requestBody"])
            schema = body["content"]["application/json"]["schema"]
            yield from _below(contract, contract.resolved(name, schema), ())


def _below(contract: Documents, found: tuple[str, Any], path: Path) -> Iterator[tuple[Path, Node]]:
    name, schema = found
    for key, node in schema.get("properties", {}).items():
        yield (*path, key), node
        yield from _below(contract, contract.resolved(name, node), (*path, key))


def _mappings(node: Any, pointer: str) -> Iterator[tuple[str, Node]]:
    if isinstance(node, Mapping):
        yield pointer, node
        for key, value in node.items():
            yield from _mappings(value, f"{pointer}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _mappings(value, f"{pointer}/{index}")
