"""The contracts in one piece each, as Redoc and readers want them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from infra.generate.bundle import bundled, closure
from infra.generate.spec import COMMON, common_schemas, pointer, references, rewrite

__all__ = ["APIS", "bundled", "event_schema"]

APIS: Final = {
    "api/index.html": ("openapi.yaml", "API reference"),
    "gateway/index.html": ("gateway.openapi.yaml", "Gateway reference"),
}


def event_schema(document: Mapping[str, Any], event: str) -> dict[str, Any]:
    """The JSON Schema of an event in one piece, the shared schemas under `$defs`."""
    payload = document["components"]["messages"][event]["payload"]
    own = document["components"]["schemas"]
    shared = common_schemas()
    names = closure({pointer(r)[-1] for r in references(payload)}, own | shared)
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
