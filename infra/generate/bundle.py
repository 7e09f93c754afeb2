"""The documents of specs/, each self-contained: no reference leaves the document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from infra.generate.spec import COMMON, common_schemas, load, pointer, references, rewrite

DOCUMENTS: Final = ("openapi.yaml", "gateway.openapi.yaml", "asyncapi.yaml")

# Generators of models do not support 3.1 yet, and nothing in the document needs it.
ASYNCAPI_VERSION: Final = "3.0.0"


def render() -> dict[str, str]:
    """Return name and text of each bundled document."""
    return {
        f"generated/{name.removesuffix('.yaml')}.json": json.dumps(bundled(name), indent=2) + "\n"
        for name in DOCUMENTS
    }


def bundled(name: str) -> dict[str, Any]:
    """Return the document with the shared schemas that it uses among its own."""
    document = load(name)
    if "asyncapi" in document:
        document["asyncapi"] = ASYNCAPI_VERSION
    shared = common_schemas()
    document["components"]["schemas"] |= {n: shared[n] for n in _needed(document, shared)}
    local = {
        f"{start}/$defs/{schema}": f"#/components/schemas/{schema}"
        for schema in shared
        for start in (f"{COMMON}#", "#")
    }
    made: dict[str, Any] = rewrite(document, local)
    return made


def _needed(document: Mapping[str, Any], shared: Mapping[str, Any]) -> list[str]:
    first = {pointer(r)[-1] for r in references(document) if r.startswith(COMMON)}
    return closure(first, shared)


def closure(names: set[str], schemas: Mapping[str, Any]) -> list[str]:
    """Return these schemas and all that they refer to, by name."""
    found: dict[str, None] = {}
    todo = sorted(names)
    while todo:
        name = todo.pop(0)
        if name not in found:
            found[name] = None
            todo += sorted(pointer(r)[-1] for r in references(schemas[name]))
    return list(found)
