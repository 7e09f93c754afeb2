"""Which environment variables the code of each function reads, and which the template gives it."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
SETTING: Final = re.compile(r"settings\.(?:text|seconds|flag)\(\s*[\"'](\w+)[\"']")
# What libraries read: Powertools (logs, metrics) and Pydantic. Handlers ask for none of these.
OF_LIBRARIES: Final = frozenset(
    {
        "LOG_LEVEL",
        "POWERTOOLS_SERVICE_NAME",
        "POWERTOOLS_METRICS_NAMESPACE",
        "PYDANTIC_DISABLE_PLUGINS",
    }
)


def unset(template: Mapping[str, Any]) -> list[str]:
    """Return a sentence for each variable that a function reads and is not given."""
    return [
        f"{title} reads {name}, but the template does not set it"
        for title, function in template["Resources"].items()
        if function["Type"] == "AWS::Lambda::Function"
        for name in sorted(read_by(function["Properties"]["Handler"]) - _given(function))
    ]


def _given(function: Mapping[str, Any]) -> set[str]:
    return set(function["Properties"]["Environment"]["Variables"])


@cache
def read_by(handler: str) -> frozenset[str]:
    """The variables that an entry point, and every module of handlers/ it imports, reads."""
    found: set[str] = set(OF_LIBRARIES)
    waiting, seen = [handler.rpartition(".")[0]], set[str]()
    while waiting:
        module = waiting.pop()
        path = (ROOT / module.replace(".", "/")).with_suffix(".py")
        if module not in seen and path.is_file():
            seen.add(module)
            source = path.read_text("utf-8")
            found |= set(SETTING.findall(source))
            waiting += _imports(ast.parse(source))
    return frozenset(found)


def _imports(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("handlers"):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
