"""Every limit of a schema, with a value just inside it and one just outside.

A limit is a keyword that refuses something. Values are made by changing one thing of a valid one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass
from typing import Any, Final

from tests.contracts.patterns import just_inside, just_outside

Schema = Mapping[str, Any]
Path = tuple[str, ...]

# Keywords that refuse nothing, and those whose parts are walked into.
SILENT: Final = frozenset({"description", "examples", "default", "x-minor-unit-exponents", "format"})
WALKED: Final = frozenset({"properties", "propertyNames"})


@dataclass(frozen=True, slots=True)
class Limit:
    """`inside` and `outside` are whole documents; `field` is what a refusal must name."""

    keyword: str
    field: str
    inside: Any
    outside: Any

    def __str__(self) -> str:
        return f"{self.field or 'body'}-{self.keyword}"


def limits(schema: Schema, valid: Any) -> Iterator[Limit]:
    """Every limit of a flat schema; `valid` keeps it and has every field."""
    yield from _walk(schema, valid, ())


def _walk(schema: Schema, valid: Any, path: Path) -> Iterator[Limit]:
    here = _at(valid, path)
    for keyword, bound in schema.items():
        if keyword in SILENT or keyword in WALKED:
            continue
        made = list(_of_keyword(keyword, bound, schema, here))
        assert made, f"{keyword} at {'.'.join(path)} is a limit that nothing tests: teach it here"
        for name, inside, outside in made:
            field = ".".join((*path, *name))
            yield Limit(keyword, field, _with(valid, path, inside), _with(valid, path, outside))
    for name, child in schema.get("properties", {}).items():
        yield from _walk(child, valid, (*path, name))
    if "propertyNames" in schema:
        yield from _names(schema, valid, path)


def _of_keyword(  # noqa: C901 - a table of keywords
    keyword: str, bound: Any, schema: Schema, here: Any
) -> Iterator[tuple[Path, Any, Any]]:
    """What follows the path in the name of the field, a value inside and one outside."""
    match keyword:
        case "type":
            yield (), here, _of_another_type(here)
        case "required":
            for name in bound:
                yield (name,), here, {k: v for k, v in here.items() if k != name}
        case "additionalProperties" if bound is False:
            yield ("unheard_of",), here, {**here, "unheard_of": 1}
        case "additionalProperties":
            yield from _values(bound, here)
        case "enum":
            for value in bound:
                yield (), value, f"{value}x"
        case "minimum":
            yield (), bound, bound - 1
        case "maximum":
            yield (), bound, bound + 1
        case "minLength":
            yield (), "é" * bound, "é" * (bound - 1)
        case "maxLength":
            yield (), "é" * bound, "é" * (bound + 1)
        case "maxProperties":
            yield (), _members(bound), _members(bound + 1)
        case "pattern":
            for inside, outside in zip_longest_last(just_inside(bound), just_outside(bound)):
                yield (), inside, outside


def _values(schema: Schema, here: Any) -> Iterator[tuple[Path, Any, Any]]:
    """The limits of the values of a map, each under one of its own keys."""
    key = next(iter(here))
    for limit in limits(schema, here[key]):
        yield (key,), {**here, key: limit.inside}, {**here, key: limit.outside}


def _names(schema: Schema, valid: Any, path: Path) -> Iterator[Limit]:
    """The limits of the names in a map."""
    pattern = schema["propertyNames"]["pattern"]
    for inside, outside in zip_longest_last(just_inside(pattern), just_outside(pattern)):
        yield Limit(
            "propertyNames",
            ".".join((*path, outside)),
            _with(valid, path, {inside: "text"}),
            _with(valid, path, {outside: "text"}),
        )


def zip_longest_last(first: list[str], second: list[str]) -> list[tuple[str, str]]:
    """Pairs of both lists; the shorter one repeats its last value."""
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
    """The document with another value at the path."""
    if not path:
        return value
    changed = deepcopy(document)
    _at(changed, path[:-1])[path[-1]] = value
    return changed


def matches(pattern: str, text: str) -> bool:
    """As JSON Schema means it: somewhere in the text, and `$` is the very end."""
    return re.search(pattern.replace("$", r"\Z"), text) is not None
