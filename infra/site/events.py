"""A page for each event, in Markdown: what it carries, who announces it, who decides about it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

from infra.generate.bundle import closure
from infra.generate.events import Catalogue, Event
from infra.generate.names import snake
from infra.generate.spec import (
    COMMON,
    SPECS,
    common_schemas,
    parsed,
    pointer,
    references,
    rewrite,
)
from infra.site.deciding import announced, decided
from infra.site.documents import page_of, relative, write
from infra.site.rendering import rendered

OVERVIEW: Final = "events/index.md"


def page_of_event(event: str) -> str:
    return f"events/{event}.md"


def write_events(out: Path, catalogue: Catalogue) -> set[str]:
    """Write the overview and a page for each event. Returns the code that they link to."""
    made = [_described(catalogue, event) for event in catalogue.events]
    write(out / OVERVIEW, _page("events.md", OVERVIEW, events=made))
    for described in made:
        page = page_of_event(described["event"].type)
        write(out / page, _page("event.md", page, **described))
    places = [place for described in made for place in described["announced"]]
    places += [place for described in made for _, place in described["consumers"]]
    return {place.path for place in places}


def _page(template: str, page: str, **content: Any) -> str:
    return rendered(
        template,
        **content,
        service_page=lambda name: relative(f"handlers/{snake(name)}/README.md", page),
        code=lambda place: f"{relative(page_of(place.path), page)}#__span-0-{place.line}",
    )


def _described(catalogue: Catalogue, event: Event) -> dict[str, Any]:
    schema = _schema(catalogue.document, event.type)
    valid, refused = _examples(event.type)
    base = event.type.partition(".v")[0]
    return {
        "event": event,
        "fields": _fields(schema["$defs"], event.schema),
        "schema": json.dumps(schema, indent=2, ensure_ascii=False),
        "valid": valid,
        "refused": refused,
        "announced": announced(event),
        "consumers": [(reception, decided(reception)) for reception in event.receptions],
        "versions": [e.type for e in catalogue.events if e.type.partition(".v")[0] == base],
        "releases": _releases(event.type),
    }


def _schema(document: Mapping[str, Any], event: str) -> dict[str, Any]:
    """Return the JSON Schema of an event in one piece, the shared schemas under `$defs`."""
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


def _fields(schemas: Mapping[str, Any], data: str) -> list[dict[str, Any]]:
    """Describe what `data` holds, each field in its own words or in those of its named schema."""
    made = []
    for name, spec in schemas[data]["properties"].items():
        kind = pointer(spec["$ref"])[-1] if "$ref" in spec else spec["type"]
        words = spec.get("description") or schemas.get(kind, {}).get("description", "")
        allowed = ", ".join(f"`{value}`" for value in spec.get("enum", ()))
        meaning = " ".join(words.split()) + (f" One of {allowed}." if allowed else "")
        required = name in schemas[data].get("required", ())
        made.append({"name": name, "type": kind, "required": required, "meaning": meaning})
    return made


def _examples(event: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return the valid examples, the plain one first, and the refused ones: name and text."""
    found = sorted((SPECS / "examples" / event).glob("*.json"))
    found.sort(key=lambda path: path.stem != "valid-first")
    named = [(path.stem, path.read_text("utf-8").rstrip()) for path in found]
    valid = [(stem[6:].replace("-", " "), text) for stem, text in named if stem[:6] == "valid-"]
    refused = [(stem[8:].replace("-", " "), text) for stem, text in named if stem[:8] == "invalid-"]
    return valid, refused


def _releases(event: str) -> list[str]:
    """Return the released contracts that have the event (specs/released/<version>)."""
    paths = sorted(SPECS.glob("released/*/asyncapi.yaml"))
    return [path.parent.name for path in paths if event in _messages(path)]


@cache
def _messages(path: Path) -> Mapping[str, Any]:
    messages: Mapping[str, Any] = parsed(path.read_text("utf-8"))["components"]["messages"]
    return messages
