"""Request bodies: optional fields are filled as specs/openapi.yaml describes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from random import Random
from typing import Any, Final, TypeAlias

from infra.contracts.documents import OPENAPI, Documents, read
from tests.contracts.patterns import a_text

Schema: TypeAlias = Mapping[str, Any]
Operation: TypeAlias = tuple[str, str]  # method and path

FILLED: Final = 0.5  # how often an optional field is sent
LONGEST: Final = 0.2  # how often a text of a pattern is as long as it may be
TEXT: Final = "aZ09 _-.,:;'\"\\/<>&%{}\n\té漢😀"
CHARS_MAX: Final = 20
MEMBERS_MAX: Final = 3
VALUE_MAX: Final = 1000


@cache
def _contract() -> Documents:
    return read()


@cache
def requests() -> Mapping[Operation, Schema]:
    """Return the schema of every request body, without references."""
    return {
        (method.upper(), path): _schema(operation["requestBody"])
        for path, method, _, operation in _contract().operations()
        if "requestBody" in operation
    }


@cache
def shown(operation: Operation) -> frozenset[str]:
    """Return the fields of a request that its answer (201) shows again."""
    method, path = operation
    answer = _contract().openapi["paths"][path][method.lower()]["responses"]["201"]
    return frozenset(_schema(answer)["properties"]) & frozenset(requests()[operation]["properties"])


def _schema(body: Any) -> Schema:
    schema: Schema = _contract().flat(OPENAPI, body)["content"]["application/json"]["schema"]
    return schema


def optional(operation: Operation) -> Mapping[str, Schema]:
    """Return the optional fields of a request, with their schemas."""
    schema = requests()[operation]
    required = schema.get("required", ())
    return {name: one for name, one in schema["properties"].items() if name not in required}


def filled(
    operation: Operation, body: Mapping[str, Any], stream: Callable[[str], Random]
) -> dict[str, Any]:
    """Return the body with some of its optional fields, each drawn from the stream of its name."""
    more = {}
    for name, schema in optional(operation).items():
        if name not in body and (random := stream(name)).random() < FILLED:
            more[name] = value(schema, random)
    return {**body, **more}


def value(schema: Schema, random: Random) -> Any:
    """Return a value that the schema allows. Raises ValueError for a kind that is not known."""
    if "enum" in schema:
        return random.choice(schema["enum"])
    match schema.get("type"):
        case "string" if "format" not in schema:
            return _text(schema, random)
        case "integer":
            return _between(schema.get("minimum", 0), schema.get("maximum"), VALUE_MAX, random)
        case "boolean":
            return random.random() < 0.5
        case "array":
            count = _within(schema, "Items", MEMBERS_MAX, random)
            return [value(schema["items"], random) for _ in range(count)]
        case "object" if "properties" in schema or "propertyNames" in schema:
            return _object(schema, random)
    raise ValueError(f"no value for {dict(schema)}: add its kind to tests/simulation/bodies.py")


def _text(schema: Schema, random: Random) -> str:
    if "pattern" in schema:
        return a_text(schema["pattern"], random, longest=random.random() < LONGEST)
    return "".join(random.choices(TEXT, k=_within(schema, "Length", CHARS_MAX, random)))


def _object(schema: Schema, random: Random) -> dict[str, Any]:
    if "properties" in schema:
        return {name: value(one, random) for name, one in schema["properties"].items()}
    count = _within(schema, "Properties", MEMBERS_MAX, random)
    names = [_text(schema["propertyNames"], random) for _ in range(count)]
    return {name: value(schema["additionalProperties"], random) for name in names}


def _within(schema: Schema, unit: str, more_max: int, random: Random) -> int:
    return _between(schema.get(f"min{unit}", 0), schema.get(f"max{unit}"), more_max, random)


def _between(least: int, most: int | None, more_max: int, random: Random) -> int:
    """Return a number from `least`, at most `more_max` above it."""
    ceiling = least + more_max if most is None else min(most, least + more_max)
    return random.randint(least, ceiling)
