"""The line of a document at which a path is."""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import yaml

from infra.contracts.documents import SPECS

Path: TypeAlias = tuple[str | int, ...]


def line_of(document: str, path: Path) -> int:
    """Return the line of the last step that exists, counted from one."""
    if document.endswith(".json"):
        return 1
    node: Any = _tree(document)
    line = 1
    for step in path:
        found = _child(node, step)
        if found is None:
            break
        line, node = found
    return line


def _child(node: Any, step: str | int) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            if key.value == str(step):
                return key.start_mark.line + 1, value
    if isinstance(node, yaml.SequenceNode) and isinstance(step, int):
        return node.value[step].start_mark.line + 1, node.value[step]
    return None


@cache
def _tree(document: str) -> yaml.Node | None:
    tree: yaml.Node | None = yaml.compose((SPECS / document).read_text("utf-8"), yaml.SafeLoader)
    return tree
