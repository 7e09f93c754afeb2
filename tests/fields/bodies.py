"""Request bodies made from the schemas of the contract: which fields to fill, and with what."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from infra.contracts.documents import OPENAPI, Documents
from tests.contracts.patterns import a_text

JSON: Final = "application/json"
CHARACTERS: Final = "abcdefghijkmnpqrstuvwxyz"
LENGTH_MAX: Final = 40  # of a text or a map that has no limit
Path = tuple[str, ...]
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Body:
    """What an operation takes: the name of its schema, and the schema without references."""

    operation_id: str
    schema_name: str
    schema: Schema

    @property
    def optional(self) -> tuple[Path, ...]:
        """Every field that a client may leave out, nested ones included."""
        return tuple(_optional(self.schema, ()))


def bodies(contract: Documents) -> Iterator[Body]:
    """The body of every operation of the HTTP API that takes one."""
    for _, _, _, operation in contract.operations(OPENAPI):
        if "requestBody" in operation:
            body = contract.resolved(OPENAPI, operation["requestBody"])[1]
            schema = body["content"][JSON]["schema"]
            name = str(schema.get("$ref", operation["operationId"])).rpartition("/")[2]
            yield Body(operation["operationId"], name, contract.flat(OPENAPI, schema))


def _optional(schema: Schema, path: Path) -> Iterator[Path]:
    for name, child in schema.get("properties", {}).items():
        here = (*path, name)
        if name not in schema.get("required", ()):
            yield here
        yield from _optional(child, here)


def filled(body: Body, optional: frozenset[Path], *, longest: bool) -> dict[str, Any]:
    """A valid body with these optional fields, each value at a limit and unlike the others."""
    random = Random(f"{body.schema_name} {sorted(optional)} {longest}")
    made: dict[str, Any] = Filling(random, optional, longest).value(body.schema, ())
    return made


@dataclass(frozen=True, slots=True)
class Filling:
    """Makes values of schemas: the shortest and smallest, or the longest and largest."""

    random: Random
    optional: frozenset[Path]
    longest: bool

    def value(self, schema: Schema, path: Path) -> Any:
        if "const" in schema:
            return schema["const"]
        if "enum" in schema:
            return self.random.choice(schema["enum"])
        kind = schema.get("type")
        if kind == "object":
            return self._object(schema, path)
        if kind == "array":
            count = self._limit(schema, "minItems", "maxItems", least=1)
            return [self.value(schema["items"], (*path, str(n))) for n in range(count)]
        if kind == "boolean":
            return self.longest
        if kind in ("integer", "number"):
            return self._limit(schema, "minimum", "maximum", least=0)
        assert kind == "string", f"{'.'.join(path)} is of type {kind}: add it to Filling"
        return self._text(schema)

    def _text(self, schema: Schema) -> str:
        if "pattern" in schema:
            return a_text(schema["pattern"], self.random, longest=self.longest)
        length = self._limit(schema, "minLength", "maxLength", least=1)
        return "".join(self.random.choices(CHARACTERS, k=length))

    def _object(self, schema: Schema, path: Path) -> dict[str, Any]:
        wanted = {
            name: self.value(child, (*path, name))
            for name, child in schema.get("properties", {}).items()
            if name in schema.get("required", ()) or self._is_wanted((*path, name))
        }
        values = schema.get("additionalProperties", False)
        if not isinstance(values, Mapping):
            return wanted
        names = schema.get("propertyNames", {"type": "string", "minLength": 1, "maxLength": 9})
        count = self._limit(schema, "minProperties", "maxProperties", least=1)
        while len(wanted) < count:
            wanted[self._text(names)] = self.value(values, (*path, "*"))
        return wanted

    def _is_wanted(self, path: Path) -> bool:
        """Whether the field itself is asked for, or one inside it."""
        return any(asked[: len(path)] == path for asked in self.optional)

    def _limit(self, schema: Schema, lower: str, upper: str, *, least: int) -> int:
        if self.longest:
            return int(schema.get(upper, max(LENGTH_MAX, least)))
        return max(int(schema.get(lower, least)), least)


def leaves(document: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Path and value of everything in a document that is not made of parts."""
    if isinstance(document, Mapping):
        for name, child in document.items():
            yield from leaves(child, (*path, name))
    elif isinstance(document, list):
        for index, child in enumerate(document):
            yield from leaves(child, (*path, str(index)))
    else:
        yield path, document
