"""Limits of a schema, each with a value just inside it and one just outside.

A limit is a keyword that can make a value invalid. The values differ from a valid one in one place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from infra.generate.spec import STEERING
from tests.contracts.patterns import just_inside, just_outside

Schema = Mapping[str, Any]
Path = tuple[str, ...]

# Keywords that limit nothing, and those with nested schemas.
SILENT: Final = (
    frozenset({"title", "description", "examples", "default", "x-minor-unit-exponents", "format"})
    | STEERING
)
WALKED: Final = frozenset({"properties", "propertyNames"})


# Keyword -> the last value inside its bound and the first one outside.
BOUNDS: Final[Mapping[str, Callable[[Any], tuple[Any, Any]]]] = {
    "const": lambda value: (value, f"{value}x"),
    "minimum": lambda least: (least, least - 1),
    "maximum": lambda most: (most, most + 1),
    "minLength": lambda least: ("é" * least, "é" * (least - 1)),
    "maxLength": lambda most: ("é" * most, "é" * (most + 1)),
    "maxProperties": lambda most: (_members(most), _members(most + 1)),
}


# Keyword -> pairs of values inside and outside.
MANY: Final[Mapping[str, Callable[[Any], list[tuple[Any, Any]]]]] = {
    "enum": lambda values: [(value, f"{value}x") for value in values],
    "pattern": lambda pattern: _pairs_of(just_inside(pattern), just_outside(pattern)),
}


@dataclass(frozen=True, slots=True)
class Limit:
    """A limit: `inside` and `outside` are whole documents, `field` is what a refusal must name."""

    keyword: str
    field: str
    inside: Any
    outside: Any

    def __str__(self) -> str:
        return f"{self.field or 'body'}-{self.keyword}"


def limits(schema: Schema, valid: Any) -> Iterator[Limit]:
    """Yield every limit of a flat schema; `valid` is a valid document with every field."""
    yield from _walk(schema, valid, ())


def _walk(schema: Schema, valid: Any, path: Path) -> Iterator[Limit]:
    here = _at(valid, path)
    for keyword, bound in schema.items():
        if keyword in SILENT or keyword in WALKED:
            continue
        made = list(_of_keyword(keyword, bound, schema, here))
        assert made, f"{keyword} at {'.'.join(path)} is a limit that no test covers: add it here"
        for name, inside, outside in made:
            field = ".".join((*path, *name))
            yield Limit(keyword, field, _with(valid, path, inside), _with(valid, path, outside))
    for name, child in schema.get("properties", {}).items():
        yield from _walk(child, valid, (*path, name))
    if "propertyNames" in schema:
        yield from _names(schema, valid, path)


def _of_keyword(
    keyword: str, bound: Any, schema: Schema, here: Any
) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the rest of the field's path, a value inside and one outside."""
    if keyword in BOUNDS:
        inside, outside = BOUNDS[keyword](bound)
        yield (), inside, outside
    elif keyword in MANY:
        yield from (((), inside, outside) for inside, outside in MANY[keyword](bound))
    elif keyword == "type":
        yield (), here, _of_another_type(here)
    elif keyword == "required":
        yield from (((n,), here, {k: v for k, v in here.items() if k != n}) for n in bound)
    elif keyword == "additionalProperties":
        yield from _values(bound, here)
    else:
        raise AssertionError(f"{keyword} in {schema}: a new kind of limit: add it here")


def _values(schema: Schema | bool, here: Any) -> Iterator[tuple[Path, Any, Any]]:
    """Yield the limits of the values of a map, or an unknown key where none is allowed."""
    if isinstance(schema, bool):
        yield ("unknown_field",), here, {**here, "unknown_field": 1}
        return
    key = next(iter(here))
    for limit in limits(schema, here[key]):
        yield (key,), {**here, key: limit.inside}, {**here, key: limit.outside}


def _names(schema: Schema, valid: Any, path: Path) -> Iterator[Limit]:
    """Yield the limits of the names in a map."""
    pattern = schema["propertyNames"]["pattern"]
    for inside, outside in _pairs_of(just_inside(pattern), just_outside(pattern)):
        yield Limit(
            "propertyNames",
            ".".join((*path, outside)),
            _with(valid, path, {inside: "text"}),
            _with(valid, path, {outside: "text"}),
        )


def _pairs_of(first: list[str], second: list[str]) -> list[tuple[str, str]]:
    """Return pairs of both lists; the shorter one repeats its last value."""
    length = max(len(first), len(second))
    return [(first[min(n, len(first) - 1)], second[min(n, len(second) - 1)]) for n in range(length)]


def _of_another_type(value: Any) -> Any:
    return 1 if isinstance(value, str) else "text"


def _members(count: int) -> dict[str, str]:
    return {f"name-{number}": "text" for number in range(count)}


def _at(node: Any, path: Path) -> Any:
    for step in path:
        node = node[step]
    return node


def _with(document: Any, path: Path, value: Any) -> Any:
    """Return the document with another value at the path."""
    if not path:
        return value
    changed = deepcopy(document)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def filled(schema: Schema, document: Any) -> Any:
    """Return the document with every field that it may have, so that every limit applies."""
    if schema.get("type") != "object" or "properties" not in schema:
        return document
    given = document or {}
    return {
        **given,
        **{
            name: filled(child, given[name] if name in given else any_value(child))
            for name, child in schema["properties"].items()
        },
    }


def any_value(schema: Schema) -> Any:
    """Return a valid value."""
    if schema.get("examples"):
        return schema["examples"][0]
    if "enum" in schema:
        return schema["enum"][0]
    if "pattern" in schema:
        return just_inside(schema["pattern"])[0]
    if isinstance(schema.get("additionalProperties"), dict):
        return {"name": any_value(schema["additionalProperties"])}
    if schema["type"] == "object":
        return {}
    return "text" if schema["type"] == "string" else schema.get("minimum", 1)
