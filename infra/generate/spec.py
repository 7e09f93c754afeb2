"""Load the documents of specs/ and follow references between them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, Final

import yaml

ROOT = Path(__file__).resolve().parents[2]
SPECS = ROOT / "specs"
COMMON = "schemas/common.yaml"
# Extensions that decide which code is generated, or where a field stops. They change no message;
# the types of the handlers and the tests of fields check them.
STEERING: Final = frozenset({"x-decided", "x-stored", "x-kept-from"})
# libyaml's loader, if the wheel contains it, is ten times as fast.
LOADER: Final = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class SpecError(Exception):
    """A document breaks a convention: which document, where, and how to fix it."""

    def __init__(self, document: str, where: str, fix: str) -> None:
        super().__init__(f"specs/{document}: {where}: {fix}")


def parsed(text: str) -> Any:
    """Return the data of a YAML document. Raises yaml.YAMLError."""
    return yaml.load(text, LOADER)  # noqa: S506 - a safe loader, see LOADER


@cache
def _as_json(name: str) -> str:
    """Return a document as JSON, cached because parsing JSON is far faster than YAML."""
    try:
        document = parsed((SPECS / name).read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SpecError(name, "document", f"is not valid YAML: {error}") from error
    if not isinstance(document, dict):
        raise SpecError(name, "document", "must be a mapping")
    try:
        return json.dumps(document)
    except TypeError as error:  # YAML parses texts that look like dates as dates
        raise SpecError(name, "document", f"put its dates in quotes: {error}") from error


def load(name: str) -> dict[str, Any]:
    """Return a document of specs/ as plain data, a fresh copy at each call. Raises SpecError."""
    document: dict[str, Any] = json.loads(_as_json(name))
    return document


def pointer(reference: str) -> tuple[str, ...]:
    """Return the steps of a reference's JSON pointer: '#/channels/a.b' → ('channels', 'a.b')."""
    _, _, fragment = reference.partition("#/")
    return tuple(step.replace("~1", "/").replace("~0", "~") for step in fragment.split("/"))


def common_schemas() -> dict[str, Any]:
    schemas: dict[str, Any] = load(COMMON)["$defs"]
    return schemas


def resolve(document: Mapping[str, Any], name: str, reference: str) -> Any:
    """Return what a reference of the document `name` points to, in it or in schemas/common.yaml."""
    target: Any = load(COMMON) if reference.startswith(COMMON) else document
    for step in pointer(reference):
        if not isinstance(target, Mapping) or step not in target:
            raise SpecError(name, reference, "points to nothing")
        target = target[step]
    return deepcopy(target)


def references(node: Any) -> set[str]:
    """Return every `$ref` in a node of a document."""
    if isinstance(node, Mapping):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(item) for item in node))
    return set()


def rewrite(node: Any, rename: Mapping[str, str]) -> Any:
    """Return the node with its `$ref`s renamed."""
    if isinstance(node, Mapping):
        return {
            key: rename.get(value, value)
            if key == "$ref" and isinstance(value, str)
            else rewrite(value, rename)
            for key, value in node.items()
        }
    if isinstance(node, list):
        return [rewrite(item, rename) for item in node]
    return node
