"""Changes of the event contract: senders, receivers, delays and data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.contracts.compat.change import Change, Place, differing, shortened
from infra.contracts.compat.schemas import Sides
from infra.contracts.documents import ASYNCAPI, COMMON, Documents, Pair

ENVELOPE: Final = f"{COMMON}#/$defs/CloudEvent"
NOTHING: Final = frozenset[str]()


def changes(old: Documents, new: Documents) -> Iterator[Change]:
    yield from _pairs(old, new)
    for event in old.events:
        place = Place(f"event {event}", _affected_by(old, event))
        if event not in new.events:
            yield place.breaks("event removed")
            continue
        yield from _event(place, old, new, event)
    for event in [e for e in new.events if e not in old.events]:
        yield Place(f"event {event}", "").adds("event added")


def _affected_by(contract: Documents, event: str) -> str:
    names = [p.producer for p in contract.pairs if p.event == event][:1]
    names += [p.consumer for p in contract.pairs if p.event == event]
    return ", ".join(dict.fromkeys(names))


def _pairs(old: Documents, new: Documents) -> Iterator[Change]:
    before, after = _by_channel(old), _by_channel(new)
    for key, pair in before.items():
        place = Place(f"pair {pair}", pair.consumer)
        if key not in after:
            yield place.breaks(f"{pair.consumer} no longer receives {pair.channel}")
            continue
        if after[key].producer != pair.producer:
            yield place.breaks(f"sender changed from {pair.producer} to {after[key].producer}")
        if after[key].event != pair.event:
            yield place.breaks(f"event changed from {pair.event} to {after[key].event}")
    for key in [k for k in after if k not in before]:
        yield Place(f"pair {after[key]}", "").adds("consumer added")


def _by_channel(contract: Documents) -> dict[tuple[str, str], Pair]:
    return {(pair.consumer, pair.channel): pair for pair in contract.pairs}


def _event(place: Place, old: Documents, new: Documents, event: str) -> Iterator[Change]:
    before = old.asyncapi["components"]["messages"][event]
    after = new.asyncapi["components"]["messages"][event]
    yield from differing(place, before, after, frozenset({"payload", "x-announced-as"}))
    yield from _announced(place, old, new, event)
    sides = Sides(old, new, "events")
    yield from sides.compare(place, ASYNCAPI, _published(old, event), _published(new, event))
    yield from _raw(place, before["payload"], after["payload"])


def _published(contract: Documents, event: str) -> dict[str, Any]:
    """Return the event's published schema as one object; each field refers to its definition."""
    payload = contract.asyncapi["components"]["messages"][event]["payload"]
    merged: dict[str, Any] = {"type": "object", "required": [], "properties": {}}
    for number, part in enumerate(payload.get("allOf", [])):
        own = f"{ASYNCAPI}#/components/messages/{event}/payload/allOf/{number}"
        at = Place("", "").of(ASYNCAPI, part).shared or own
        schema = contract.resolved(ASYNCAPI, part)[1]
        merged["required"] += schema.get("required", [])
        fields = schema.get("properties", {})
        merged["properties"] |= {f: {"$ref": f"{at}/properties/{f}"} for f in fields}
    return merged


def _announced(place: Place, old: Documents, new: Documents, event: str) -> Iterator[Change]:
    """Yield a change of the announced version: only one that a release has may take over."""
    before, after = old.announced_as(event), new.announced_as(event)
    if before == after:
        return
    if after is None:
        yield place.adds("is announced from now on")
    elif after in old.events:
        yield place.adds(f"is announced as {after} from now on")
    else:
        yield place.breaks(f"is announced as {after} from now on, which nobody received before")


def _raw(place: Place, before: Any, after: Any) -> Iterator[Change]:
    """Yield a change of the structure of a payload, which the generator relies on."""
    if [sorted(part) for part in before["allOf"]] != [sorted(part) for part in after["allOf"]]:
        yield place.breaks("structure of the payload changed")


def rest(old: Documents, new: Documents) -> Iterator[Change]:
    """Yield changes of channels, operations, servers and content type, member by member."""
    before, after = old.asyncapi, new.asyncapi
    for section in ("channels", "operations", "servers"):
        for name in before[section]:
            hurt = _of(section, name, old)
            place = Place(f"{section} {name}", hurt)
            if name not in after[section]:
                yield place.breaks("removed")
                continue
            yield from differing(place, before[section][name], after[section][name], NOTHING)
        for name in [n for n in after[section] if n not in before[section]]:
            yield Place(f"{section} {name}", "").adds("added")
    place = Place(ASYNCAPI, "every service")
    known = frozenset({"channels", "operations", "servers", "components", "info"})
    yield from differing(place, before, after, known)
    yield from differing(place.at("info"), before["info"], after["info"], frozenset({"version"}))
    yield from _unused(old, new)
    envelope, shared = Place("envelope of every event", "every service"), {"$ref": ENVELOPE}
    yield from Sides(old, new, "events").compare(envelope, ASYNCAPI, shared, shared)


def _of(section: str, name: str, contract: Documents) -> str:
    if section == "operations":
        return str(contract.asyncapi["operations"][name].get("x-service", "every service"))
    if section == "channels":
        return ", ".join(p.consumer for p in contract.pairs if p.channel == name) or "every service"
    return "every service"


def _unused(old: Documents, new: Documents) -> Iterator[Change]:
    """Yield schemas of the document that were removed or added, used or not."""
    before, after = (
        dict[str, Mapping[str, Any]](d.asyncapi["components"]["schemas"]) for d in (old, new)
    )
    for name in [n for n in before if n not in after]:
        yield Place(f"schema {name}", "every service").breaks(
            f"removed, was {shortened(before[name])}"
        )
