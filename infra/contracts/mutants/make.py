"""Every mutant of the contract: one thing removed, changed or added, with its line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Any, Final

import jsonschema_rs

from infra.contracts.documents import NAMES, Documents, Example
from infra.contracts.mutants.lines import Path, line_of
from infra.generate.spec import STEERING

# Not mutated: text for readers has no effect, and types check what steers generation.
WORDS: Final = (
    frozenset({"description", "summary", "title", "license", "contact", "$comment"}) | STEERING
)
# The keys below these are names, even those that look like keywords.
NAMED: Final = frozenset(
    {"properties", "$defs", "schemas", "messages", "channels", "operations", "parameters"}
    | {"responses", "headers", "examples", "links", "paths", "requestBodies", "mapping"}
    | {"securitySchemes", "servers", "variables", "content", "x-minor-unit-exponents"}
)
ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: `value` replaces what is at `path` of the document (ABSENT removes it)."""

    document: str
    path: Path
    what: str
    value: Any

    @property
    def name(self) -> str:
        return f"{self.document} {'.'.join(map(str, self.path))}: {self.what}"

    def place(self) -> str:
        return f"specs/{self.document}:{line_of(self.document, self.path)}"

    def of(self, contract: Documents) -> Documents:
        """Return the contract with this one change."""
        if self.document.startswith("examples/"):
            return _with_example(contract, self.document, self.value)
        changed = contract.copy(self.document)
        node = changed
        for step in self.path[:-1]:
            node = node[step]
        if self.value is ABSENT:
            del node[self.path[-1]]
        else:
            node[self.path[-1]] = deepcopy(self.value)
        return contract.with_document(self.document, changed)


def mutants(contract: Documents) -> list[Mutant]:
    """Return all mutants, in the order of the documents."""
    found = [m for name in NAMES for m in _walk(name, contract.by_name[name], (), named=False)]
    return [*found, *_of_examples(contract)]


def _walk(name: str, node: Any, path: Path, *, named: bool) -> Iterator[Mutant]:
    """Yield mutants of everything below a node; `named`: its keys are names, not keywords."""
    if isinstance(node, Mapping):
        for key, value in node.items():
            if key in WORDS and not named:
                continue
            at = (*path, key)
            yield Mutant(name, at, "removed", ABSENT)
            if _is_example(key, value, path, named=named):
                yield from _broken(name, value, at)
            else:
                yield from _changed(name, node, key, value, at)
                yield from _walk(name, value, at, named=key in NAMED and not named)
    if isinstance(node, list):
        for index, value in enumerate(node):
            at = (*path, index)
            yield Mutant(name, at, f"{_short(value)} removed", ABSENT)
            yield from _changed(name, {}, str(index), value, at)
            yield from _walk(name, value, at, named=False)


def _is_example(key: str, value: Any, path: Path, *, named: bool) -> bool:
    """Whether this value is an example."""
    if key == "value" and len(path) > 1 and path[-2] == "examples":
        return True
    return key == "example" or (key == "examples" and isinstance(value, list) and not named)


def _broken(name: str, value: Any, path: Path) -> Iterator[Mutant]:
    """Yield the example with each leaf of another type, which no schema here allows."""
    for at, leaf in _leaves(value, path):
        yield Mutant(name, at, f"example {_short(leaf)} of another type", _other_type(leaf))


def _leaves(value: Any, path: Path) -> Iterator[tuple[Path, Any]]:
    if isinstance(value, Mapping):
        for key, child in value.items():
            yield from _leaves(child, (*path, key))
    elif isinstance(value, list):
        for index, child in enumerate(value):
            yield from _leaves(child, (*path, index))
    else:
        yield path, value


def _other_type(leaf: Any) -> Any:
    return 7 if isinstance(leaf, str) else "text"


def _changed(
    name: str, parent: Mapping[str, Any], key: str, value: Any, path: Path
) -> Iterator[Mutant]:
    """Yield the value changed in each way that makes sense for its keyword."""
    for other in _others(parent, key, value):
        yield Mutant(name, path, f"{_short(value)} -> {_short(other)}", other)


def _others(parent: Mapping[str, Any], key: str, value: Any) -> Iterator[Any]:
    if isinstance(value, bool):
        yield not value
    elif isinstance(value, int):
        yield value + 1
        yield value - 1
    elif key == "pattern":
        yield from _patterns(value)
    elif key == "$ref":
        yield f"{value}Other"
    elif isinstance(value, str):
        yield f"{value}x"
    elif key == "required":
        optional = [p for p in parent.get("properties", {}) if p not in value]
        yield from ([*value, more] for more in optional)
    elif key == "enum" or key in ("roles", "x-roles"):
        yield [*value, "one_more"]


def _patterns(pattern: str) -> Iterator[str]:
    """Yield the pattern without anchors, with each number one off, with each class one larger."""
    yield pattern.removeprefix("^")
    yield pattern.removesuffix("$")
    for found in re.finditer(r"(?<=[{,])\d+", pattern):
        for other in (int(found[0]) + 1, int(found[0]) - 1):
            if other >= 0:
                yield f"{pattern[: found.start()]}{other}{pattern[found.end() :]}"
    for found in re.finditer(r"\[", pattern):
        yield f"{pattern[: found.end()]}%{pattern[found.end() :]}"


def _of_examples(contract: Documents) -> Iterator[Mutant]:
    """Yield examples of events: valid ones broken in each place, invalid ones corrected."""
    for example in contract.examples:
        name = f"examples/{example.event}/{example.name}"
        document = json.loads(example.body)
        if not example.valid:
            yield Mutant(name, (), "corrected", _corrected(contract, example))
            continue
        schema = jsonschema_rs.Draft202012Validator(contract.event_schema(example.event))
        for path, leaf in _leaves(document, ()):
            broken = _put(document, path, _other_type(leaf))
            if not schema.is_valid(broken):  # later versions may put anything into new fields
                yield Mutant(name, path, f"{_short(leaf)} of another type", json.dumps(broken))
            missing = _put(document, path, ABSENT)
            if not schema.is_valid(missing):
                yield Mutant(name, path, f"{_short(leaf)} removed", json.dumps(missing))


def _corrected(contract: Documents, example: Example) -> str:
    return next(e.body for e in contract.examples if e.event == example.event and e.valid)


def _put(document: Any, path: Path, value: Any) -> Any:
    changed = deepcopy(document)
    node = changed
    for step in path[:-1]:
        node = node[step]
    if value is ABSENT:
        del node[path[-1]]
    else:
        node[path[-1]] = value
    return changed


def _with_example(contract: Documents, name: str, body: str) -> Documents:
    changed = tuple(
        replace(e, body=body) if f"examples/{e.event}/{e.name}" == name else e
        for e in contract.examples
    )
    return Documents(contract.by_name, changed)


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 50 else f"{text[:47]}..."
