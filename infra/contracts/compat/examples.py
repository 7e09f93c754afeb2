"""Examples that are no longer published; tests of other teams may replay them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from infra.contracts.compat.change import Change, Place
from infra.contracts.documents import NAMES, Documents


def removed(old: Documents, new: Documents) -> Iterator[Change]:
    """Yield each removed example: no running service breaks, but the published contract changes."""
    for name in NAMES:
        left = set(_places(new.by_name[name], name))
        for place in _places(old.by_name[name], name):
            if place not in left:
                yield Place(place, "").adds("example removed")
    left = {f"{e.event}/{e.name}" for e in new.examples}
    for example in old.examples:
        if f"{example.event}/{example.name}" not in left:
            yield Place(f"examples/{example.event}/{example.name}", "").adds("example removed")


def _places(node: Any, where: str) -> Iterator[str]:
    """Yield the place of each example, with its name or its number."""
    if isinstance(node, list):
        for index, item in enumerate(node):
            yield from _places(item, f"{where}.{index}")
    if not isinstance(node, Mapping):
        return
    if "example" in node:
        yield f"{where}.example"
    examples = node.get("examples", ())
    for label in examples if isinstance(examples, Mapping) else range(len(examples)):
        yield f"{where}.examples.{label}"
    for key, value in node.items():
        if key not in ("example", "examples"):
            yield from _places(value, f"{where}.{key}")
