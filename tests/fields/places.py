"""Where a field of a request must arrive, where it stops, and what a failure says."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from infra.contracts.documents import ASYNCAPI, GATEWAY, OPENAPI, Documents
from infra.contracts.rules.fields import KEPT_FROM, declared
from infra.generate.names import snake
from infra.services.rows import STORES, table_owners
from tests.fields.bodies import JSON, Body, Path, leaves
from tests.fields.journey import Journey

ADVICE: Final = (
    f"Carry the field there, or say in specs/{OPENAPI}, beside it, where it stops and why "
    f"({KEPT_FROM}, see specs/README.md)."
)
BY_CHANCE: Final = 8  # characters of a text that is not found twice by chance


@dataclass(frozen=True, slots=True)
class Finding:
    """A field, and the places that lack it or have it against the contract's word."""

    field: str
    verb: str
    places: Sequence[str]
    advice: str

    def __str__(self) -> str:
        return f"{self.field} {self.verb} {', '.join(self.places)}. {self.advice}"


def findings(contract: Documents, body: Body, document: Any, journey: Journey) -> list[str]:
    """One sentence for each field that does not travel as the contract says."""
    lost: dict[Path, dict[str, None]] = {}
    leaked: dict[Path, dict[str, None]] = {}
    for path, value in leaves(document):
        kept_from = declared(contract, body.operation_id, path)
        name = _shown(body, path)
        for kind, arrived, missing in _arrivals(contract, body, (path, value), journey):
            if kind not in kept_from:
                lost.setdefault(name, {}).update(dict.fromkeys(missing))
            elif arrived:
                leaked.setdefault(name, {}).update(dict.fromkeys(arrived))
    return [
        *_findings(body, lost, "is accepted and lost: missing in", ADVICE),
        *_findings(
            body, leaked, "is found in", f"Its {KEPT_FROM} in specs/{OPENAPI} says it is not."
        ),
    ]


def _findings(
    body: Body, found: Mapping[Path, Mapping[str, None]], verb: str, advice: str
) -> Iterator[str]:
    for path, places in found.items():
        if places:
            field = ".".join((body.schema_name, *path))
            yield str(Finding(field, verb, tuple(places), advice))


def _shown(body: Body, path: Path) -> Path:
    """The path as far as the contract gives names: a map's own names are the client's."""
    schema: Any = body.schema
    for depth, step in enumerate(path):
        if step not in schema.get("properties", {}):
            return path[:depth]
        schema = schema["properties"][step]
    return path


Leaf = tuple[Path, Any]
Arrivals = Iterator[tuple[str, list[str], list[str]]]  # kind of place, places with it, without


def _arrivals(contract: Documents, body: Body, leaf: Leaf, journey: Journey) -> Arrivals:
    yield "store", *_split(_stored(journey, leaf))
    yield "answers", *_split(_answered(leaf, journey))
    if journey.events:
        yield "events", *_split(_announced(contract, leaf, journey))
    if journey.asked:
        yield "gateway", *_split(_asked(contract, leaf, journey))


def _split(found: Mapping[str, bool]) -> tuple[list[str], list[str]]:
    return [p for p, there in found.items() if there], [
        p for p, there in found.items() if not there
    ]


def _answered(leaf: Leaf, journey: Journey) -> dict[str, bool]:
    """Each answer, and the Python client where it does not show what the answer has."""
    answers = {place: _any(leaf, found) for place, found in journey.answers.items()}
    clients = {
        f"the Python client's answer to {place}": False
        for place, found in journey.returned.items()
        if answers[place] and not _any(leaf, found)
    }
    return answers | clients


def _stored(journey: Journey, leaf: Leaf) -> dict[str, bool]:
    if not journey.stored:
        return {"any table: nothing was stored": False}
    return {
        f"the item stored in {table} ({_store_of(table)})": any(
            _is_in_item(leaf, item) or _is_in_key(leaf, table, item) for item in items
        )
        for table, items in journey.stored.items()
    }


def _store_of(table: str) -> str:
    """The module that writes and reads the items of a table."""
    owner = table_owners()[table]
    return f"handlers/{snake(owner)}/store.py"


def _is_in_item(leaf: Leaf, item: Mapping[str, Any]) -> bool:
    """Whether an attribute that is named as a part of the field's path has the value."""
    path, value = leaf
    return any(str(v) == str(value) and set(names) & set(path) for names, v in _attributes(item))


def _is_in_key(leaf: Leaf, table: str, item: Mapping[str, Any]) -> bool:
    """Whether the value is a part of the item's key, such as the currency of `alice#EUR`."""
    (key,) = (store.key for store in STORES if store.name == table)
    return any(leaf[1] in item[name].split("#") for name in key)


def _attributes(item: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Names and value of everything in an item, inside JSON texts too."""
    for names, value in leaves(item):
        try:
            inside = json.loads(value) if str(value)[:1] in ("{", "[") else value
        except ValueError:
            inside = value
        yield from leaves(inside, names)


def _any(leaf: Leaf, found: Sequence[Any]) -> bool:
    return any(leaf in leaves(document) for document in found)


def _announced(contract: Documents, leaf: Leaf, journey: Journey) -> dict[str, bool]:
    """Every event that has a field of that name; one place for all of them where none has it."""
    fields = {
        event: contract.event_schema(event)["properties"]["data"]["properties"]
        for event in journey.events
    }
    wanted = {event for event, properties in fields.items() if leaf[0][0] in properties}
    return _named(leaf, journey.events, wanted, f"any event (specs/{ASYNCAPI})")


def _asked(contract: Documents, leaf: Leaf, journey: Journey) -> dict[str, bool]:
    bodies = {
        f"{method.upper()} {path}": operation["requestBody"]["content"][JSON]["schema"]
        for path, method, _, operation in contract.operations(GATEWAY)
        if "requestBody" in operation
    }
    wanted = {
        place
        for place in journey.asked
        if leaf[0][0] in contract.flat(GATEWAY, bodies[place])["properties"]
    }
    named = _named(leaf, journey.asked, wanted, f"requests (specs/{GATEWAY})")
    return {f"the gateway's {place}": there for place, there in named.items()}


def _named(
    leaf: Leaf, found: Mapping[str, Sequence[Any]], wanted: set[str], nowhere: str
) -> dict[str, bool]:
    """Of each wanted place whether the field is there; of any other that its text is."""
    if not wanted:
        leaks = {place: True for place, documents in found.items() if _quotes(leaf, documents)}
        return leaks or {nowhere: False}
    return {place: _any(leaf, documents) for place, documents in found.items() if place in wanted}


def _quotes(leaf: Leaf, documents: Sequence[Any]) -> bool:
    """Whether a text that is too long to be there by chance is there under any name."""
    value = leaf[1]
    texts = [v for document in documents for _, v in leaves(document) if isinstance(v, str)]
    return isinstance(value, str) and len(value) >= BY_CHANCE and any(value in t for t in texts)
