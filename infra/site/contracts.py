"""The contracts in one piece each, as Redoc and readers want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.generate.spec import COMMON, common_schemas, load, pointer, references, rewrite

APIS: Final = {
    "api/index.html": ("openapi.yaml", "API reference"),
    "gateway/index.html": ("gateway.openapi.yaml", "Gateway reference"),
}


def bundled(name: str) -> dict[str, Any]:
    """An OpenAPI document with the shared schemas inside."""
    document = load(name)
    shared = common_schemas()
    document["components"]["schemas"] |= _needed(document, shared)
    local = {
        f"{start}/$defs/{schema}": f"#/components/schemas/{schema}"
        for schema in shared
        for start in (f"{COMMON}#", "#")
    }
    made: dict[str, Any] = rewrite(document, local)
    return made


def event_schema(document: Mapping[str, Any], event: str) -> dict[str, Any]:
    """The JSON Schema of an event in one piece, the shared schemas under `$defs`."""
    payload = document["components"]["messages"][event]["payload"]
    own = document["components"]["schemas"]
    shared = common_schemas()
    names = _closure({pointer(r)[-1] for r in references(payload)}, own | shared)
    rename = {f"#/components/schemas/{name}": f"#/$defs/{name}" for name in own}
    rename |= {f"{COMMON}#/$defs/{name}": f"#/$defs/{name}" for name in shared}
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": event,
        **payload,
        "$defs": {name: (own | shared)[name] for name in names},
    }
    made: dict[str, Any] = rewrite(whole, rename)
    return made


def _needed(document: Mapping[str, Any], shared: Mapping[str, Any]) -> dict[str, Any]:
    first = {pointer(r)[-1] for r in references(document) if r.startswith(COMMON)}
    return {name: shared[name] for name in _closure(first, shared)}


def _closure(names: set[str], schemas: Mapping[str, Any]) -> list[str]:
    found: dict[str, None] = {}
    todo = sorted(names)
    while todo:
        name = todo.pop(0)
        if name not in found:
            found[name] = None
            todo += sorted(pointer(r)[-1] for r in references(schemas[name]))
    return list(found)
