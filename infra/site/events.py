"""The event reference: for each event what it carries, who decides about it, its versions."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from infra.generate.events import Catalogue, Event, Reception
from infra.generate.spec import SPECS, parsed, pointer
from infra.site.code import highlighted
from infra.site.contracts import event_schema
from infra.site.deciding import Place, announced, decided

OVERVIEW: Final = "events/index.html"
VERSION: Final = re.compile(r"\.v\d+$")


@dataclass(frozen=True, slots=True)
class Field:
    name: str
    type: str
    required: bool
    meaning: str


@dataclass(frozen=True, slots=True)
class Example:
    name: str
    valid: bool
    html: str


@dataclass(frozen=True, slots=True)
class Told:
    """Everything about one event."""

    event: Event
    fields: list[Field]
    schema: str
    examples: list[Example]
    announced: list[Place]
    consumers: list[tuple[Reception, Place]]
    versions: list[str]
    releases: list[str]


def page_of_event(event: str) -> str:
    return f"events/{event}.html"


def told(catalogue: Catalogue, event: Event) -> Told:
    schema = event_schema(catalogue.document, event.type)
    base = VERSION.sub("", event.type)
    return Told(
        event=event,
        fields=fields(schema, event.schema),
        schema=highlighted(json.dumps(schema, indent=2, ensure_ascii=False), "json"),
        examples=examples(event.type),
        announced=announced(event),
        consumers=[(reception, decided(reception)) for reception in event.receptions],
        versions=[e.type for e in catalogue.events if VERSION.sub("", e.type) == base],
        releases=releases(event.type),
    )


def fields(schema: Mapping[str, Any], data: str) -> list[Field]:
    """What `data` holds, each with its own description or that of its named schema."""
    named = schema["$defs"]
    made = []
    for name, spec in named[data]["properties"].items():
        kind = pointer(spec["$ref"])[-1] if "$ref" in spec else spec["type"]
        words = spec.get("description") or named.get(kind, {}).get("description", "")
        allowed = ", ".join(f"`{value}`" for value in spec.get("enum", ()))
        meaning = " ".join(words.split()) + (f" One of {allowed}." if allowed else "")
        made.append(Field(name, kind, name in named[data].get("required", ()), meaning))
    return made


def examples(event: str) -> list[Example]:
    """The valid ones first."""
    found = (SPECS / "examples" / event).glob("*.json")
    return [
        Example(
            path.stem.partition("-")[2].replace("-", " "),
            path.stem.startswith("valid"),
            highlighted(path.read_text("utf-8"), "json"),
        )
        for path in sorted(found, key=_shown_order)
    ]


def _shown_order(path: Path) -> tuple[bool, bool, str]:
    """The plain one first, what is refused last."""
    return (not path.stem.startswith("valid"), path.stem != "valid-first", path.name)


def releases(event: str) -> list[str]:
    """The released contracts that have the event (specs/released/<version>/asyncapi.yaml)."""
    return [
        path.parent.name
        for path in sorted(SPECS.glob("released/*/asyncapi.yaml"))
        if event in _messages(path)
    ]


@cache
def _messages(path: Path) -> Mapping[str, Any]:
    document = parsed(path.read_text("utf-8"))
    messages: Mapping[str, Any] = document.get("components", {}).get("messages", {})
    return messages


def flow(catalogue: Catalogue) -> str:
    """Who announces what to whom, as a diagram. metrics-collector hears everything: left out."""
    lines = ["flowchart LR"]
    for event in catalogue.events:
        heard = {r.service for r in event.receptions} - {"metrics-collector"}
        lines += [f"    {event.producer} -->|{event.type}| {service}" for service in sorted(heard)]
    return "\n".join(lines)
