"""specs/openapi.yaml as a client sees it: arguments, answers and problems of each operation."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from infra.generate import api
from infra.generate.names import pascal, snake
from infra.generate.spec import (
    COMMON,
    SpecError,
    common_schemas,
    load,
    pointer,
    references,
    resolve,
    rewrite,
)

KEY_HEADER = "Idempotency-Key"
PROBLEM_MEDIA = "application/problem+json"
STARTS = (
    COMMON + "#",
    "#",
)  # of references to shared schemas, from other documents and from their own
REPEATABLE = ("GET", "PUT", "DELETE")  # idempotent methods (RFC 9110, 9.2.2)


@dataclass(frozen=True, slots=True)
class Argument:
    """A parameter that the caller gives. `schema` is inline or a reference to a named one."""

    name: str
    field: str
    location: str
    required: bool
    schema: Mapping[str, Any]
    description: str


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation, as both clients offer it."""

    id: str
    function: str
    method: str
    path: str
    summary: str
    description: str
    arguments: tuple[Argument, ...]
    keyed: bool
    body: str | None
    answer: str
    authenticated: bool
    item: str | None  # the type of a page's items, if the answer is a page

    def located(self, location: str) -> tuple[Argument, ...]:
        return tuple(a for a in self.arguments if a.location == location)

    @property
    def repeatable(self) -> bool:
        """Whether sending it twice has the same effect as sending it once."""
        return self.keyed or self.method in REPEATABLE

    @property
    def items_id(self) -> str:
        """Name of the iterator over all pages: listPayments becomes iteratePayments."""
        return "iterate" + pascal(self.id.removeprefix("list"))

    @property
    def items_function(self) -> str:
        return "iter_" + snake(self.id.removeprefix("list"))


@dataclass(frozen=True, slots=True)
class ProblemKind:
    """One type of problem, with title and statuses from the contract."""

    type: str
    title: str
    statuses: tuple[int, ...]

    @property
    def name(self) -> str:
        return pascal(self.type.rpartition(":")[2])


def read_operations() -> tuple[Operation, ...]:
    """Return every operation of the contract. Raises SpecError."""
    document = load(api.SPEC)
    return tuple(_operation(document, operation) for operation in api.read_operations())


def _operation(document: Mapping[str, Any], operation: api.Operation) -> Operation:
    spec = document["paths"][operation.path][operation.method.lower()]
    arguments = tuple(_argument(document, p) for p in spec.get("parameters", ()))
    return Operation(
        id=operation.id,
        function=operation.function,
        method=operation.method,
        path=operation.path,
        summary=operation.summary,
        description=" ".join(spec.get("description", "").split()),
        arguments=tuple(a for a in arguments if a.name != KEY_HEADER),
        keyed=any(a.name == KEY_HEADER for a in arguments),
        body=operation.body,
        answer=operation.answer,
        authenticated=operation.authenticated,
        item=_item(document, operation),
    )


def _argument(document: Mapping[str, Any], spec: Mapping[str, Any]) -> Argument:
    if "$ref" in spec:
        spec = resolve(document, api.SPEC, spec["$ref"])
    return Argument(
        name=spec["name"],
        field=snake(spec["name"]),
        location=spec["in"],
        required=bool(spec.get("required", False)),
        schema=spec["schema"],
        description=" ".join(spec.get("description", "").split()),
    )


def _item(document: Mapping[str, Any], operation: api.Operation) -> str | None:
    """Return the type of a page's items; a page has `items` and `next_cursor`."""
    properties = document["components"]["schemas"][operation.answer].get("properties", {})
    if "next_cursor" not in properties or "items" not in properties:
        return None
    if not any(p.name == "cursor" for p in operation.parameters):
        where = f"{operation.method} {operation.path}"
        raise SpecError(api.SPEC, where, "answers with next_cursor, so add a parameter cursor")
    return pointer(properties["items"]["items"]["$ref"])[-1]


def key_schema() -> Mapping[str, Any]:
    """Return the schema of an Idempotency-Key."""
    parameters = load(api.SPEC)["components"]["parameters"]
    schema: Mapping[str, Any] = parameters["IdempotencyKey"]["schema"]
    return schema


def schemas(operations: tuple[Operation, ...]) -> dict[str, Any]:
    """Return every schema of a client's interface, shared ones included, in one namespace.

    Answers may get new fields, so schemas that are part of one allow unknown fields.
    """
    known = _namespace()
    answers = {o.answer for o in operations}
    asked = {o.body for o in operations if o.body}
    asked |= {pointer(r)[-1] for o in operations for a in o.arguments for r in references(a.schema)}
    for name in _closure(known, answers):
        if known[name].get("additionalProperties") is False:
            del known[name]["additionalProperties"]
    return {name: known[name] for name in known if name in _closure(known, answers | asked)}


def _namespace() -> dict[str, Any]:
    shared, own = common_schemas(), load(api.SPEC)["components"]["schemas"]
    twice = shared.keys() & own.keys()
    if twice:
        raise SpecError(api.SPEC, "components.schemas", f"{COMMON} has {sorted(twice)} too")
    local = {f"{start}/$defs/{n}": f"#/components/schemas/{n}" for n in shared for start in STARTS}
    named: dict[str, Any] = rewrite(shared | own, local)
    return named


def _closure(known: Mapping[str, Any], names: set[str]) -> set[str]:
    """Return these schemas and all that they refer to."""
    found: set[str] = set()
    todo = sorted(names)
    while todo:
        name = todo.pop()
        if name not in found:
            found.add(name)
            todo.extend(pointer(reference)[-1] for reference in references(known[name]))
    return found


def problem_kinds() -> tuple[ProblemKind, ...]:
    """Return every problem type, with title and statuses from the examples of the contract."""
    shown = list(_shown_problems())
    return tuple(
        ProblemKind(
            name,
            next((p["title"] for p in shown if p["type"] == name), name.rpartition(":")[2]),
            tuple(sorted({p["status"] for p in shown if p["type"] == name})),
        )
        for name in api.problem_types()
    )


def _shown_problems() -> Iterator[Mapping[str, Any]]:
    for response in load(api.SPEC)["components"]["responses"].values():
        for example in response["content"].get(PROBLEM_MEDIA, {}).get("examples", {}).values():
            yield example["value"]
