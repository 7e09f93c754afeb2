"""Changes of the HTTP contracts: routes, roles, parameters, bodies and responses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from infra.contracts.compat.change import Change, Place, differing, shortened, without_words
from infra.contracts.compat.schemas import Sides
from infra.contracts.documents import COMMON, GATEWAY, OPENAPI, Documents

# Who calls the operations of a document. The gateway is external: we are its client.
CLIENTS: Final = {OPENAPI: "API clients", GATEWAY: "gateway-processor"}
OPERATION: Final = frozenset(
    {"parameters", "requestBody", "responses", "x-roles", "x-sandbox-open"}
)
NOTHING: Final = frozenset[str]()
RESPONSE: Final = frozenset({"headers", "content", "links"})
Node = Mapping[str, Any]


def changes(old: Documents, new: Documents, name: str) -> Iterator[Change]:
    before, after = _operations(old, name), _operations(new, name)
    for key, (item, operation) in before.items():
        place = Place(f"{name} {key}", CLIENTS[name])
        if key not in after:
            yield place.breaks("operation removed")
            continue
        yield from _Operation(old, new, name, place).compare((item, operation), after[key])
    for key in [k for k in after if k not in before]:
        yield Place(f"{name} {key}", "").adds("operation added")


def _operations(contract: Documents, name: str) -> dict[str, tuple[Node, Node]]:
    return {f"{m.upper()} {p}": (item, o) for p, m, item, o in contract.operations(name)}


class _Operation:
    """One operation, compared between two contracts."""

    def __init__(self, old: Documents, new: Documents, name: str, place: Place) -> None:
        self._old, self._new, self._name, self._place = old, new, name, place
        self._requests = Sides(old, new, "requests")
        self._answers = Sides(old, new, "answers")

    def compare(self, before: tuple[Node, Node], after: tuple[Node, Node]) -> Iterator[Change]:
        yield from self._parameters(before, after)
        yield from self._body(before[1], after[1])
        yield from self._responses(before[1]["responses"], after[1]["responses"])
        yield from self._roles(before[1], after[1])
        yield from differing(self._place, before[1], after[1], OPERATION)

    def _roles(self, before: Node, after: Node) -> Iterator[Change]:
        was, now = before.get("x-roles"), after.get("x-roles")
        if was != now:
            yield self._place.breaks(f"roles changed from {shortened(was)} to {shortened(now)}")
        if bool(before.get("x-sandbox-open")) != bool(after.get("x-sandbox-open")):
            yield self._place.breaks("x-sandbox-open changed")

    def _parameters(self, before: tuple[Node, Node], after: tuple[Node, Node]) -> Iterator[Change]:
        mine, theirs = self._named(self._old, before), self._named(self._new, after)
        for key, parameter in mine.items():
            place = self._place.at(key).of(self._name, self._raw(before).get(key))
            if key not in theirs:
                yield place.breaks("parameter removed")
                continue
            other = theirs[key]
            if bool(parameter.get("required")) != bool(other.get("required")):
                required = bool(other.get("required"))
                yield place.breaks("became required") if required else place.adds("became optional")
            yield from self._requests.compare(
                place, self._name, parameter["schema"], other["schema"]
            )
            known = frozenset({"required", "schema"})
            yield from differing(place, parameter, other, known)
        for key in [k for k in theirs if k not in mine]:
            place = self._place.at(key)
            required = bool(theirs[key].get("required"))
            yield place.breaks("required parameter added") if required else place.adds("added")

    def _named(self, contract: Documents, found: tuple[Node, Node]) -> dict[str, Node]:
        parameters = contract.parameters(self._name, *found)
        return {f"{p['in']} {p['name']}": p for p in parameters}

    def _raw(self, found: tuple[Node, Node]) -> dict[str, Node]:
        """Return the entry of each parameter as the operation lists it; it may be a reference."""
        given = [p for node in found for p in node.get("parameters", [])]
        return dict(zip(self._named(self._old, found), given, strict=True))

    def _body(self, before: Node, after: Node) -> Iterator[Change]:
        mine = self._old.resolved(self._name, before.get("requestBody"))[1]
        theirs = self._new.resolved(self._name, after.get("requestBody"))[1]
        place = self._place.at("body").of(self._name, before.get("requestBody"))
        if mine is None or theirs is None:
            if mine is not theirs:
                yield place.breaks("body removed" if theirs is None else "body added")
            return
        if bool(mine.get("required")) != bool(theirs.get("required")):
            required = bool(theirs.get("required"))
            yield place.breaks("became required") if required else place.adds("became optional")
        yield from self._content(place, self._requests, mine["content"], theirs["content"])
        yield from differing(place, mine, theirs, frozenset({"required", "content"}))

    def _content(self, place: Place, sides: Sides, before: Node, after: Node) -> Iterator[Change]:
        for media in before:
            if media not in after:
                yield place.breaks(f"{media} removed")
                continue
            yield from sides.compare(
                place, self._name, before[media]["schema"], after[media]["schema"]
            )
            yield from differing(place, before[media], after[media], frozenset({"schema"}))
        for media in [m for m in after if m not in before]:
            yield place.adds(f"{media} added")

    def _responses(self, before: Node, after: Node) -> Iterator[Change]:
        for status in before:
            place = self._place.at(status).of(self._name, before[status])
            if status not in after:
                good = status.startswith("2")
                yield place.breaks("answer removed") if good else place.adds("refusal removed")
                continue
            mine = self._old.resolved(self._name, before[status])[1]
            theirs = self._new.resolved(self._name, after[status])[1]
            yield from self._content(
                place, self._answers, mine.get("content", {}), theirs.get("content", {})
            )
            yield from self._headers(place, mine.get("headers", {}), theirs.get("headers", {}))
            yield from self._links(place, mine.get("links", {}), theirs.get("links", {}))
            yield from differing(place, mine, theirs, RESPONSE)
        for status in [s for s in after if s not in before]:
            yield self._place.at(status).adds("answer added")

    def _headers(self, place: Place, before: Node, after: Node) -> Iterator[Change]:
        for name in before:
            at = place.at(name).of(self._name, before[name])
            if name not in after:
                yield at.breaks("header removed")
                continue
            mine = self._old.resolved(self._name, before[name])[1]
            theirs = self._new.resolved(self._name, after[name])[1]
            if bool(mine.get("required")) != bool(theirs.get("required")):
                kept = bool(theirs.get("required"))
                yield at.adds("is always present") if kept else at.breaks("may be absent")
            yield from self._answers.compare(at, self._name, mine["schema"], theirs["schema"])
            yield from differing(at, mine, theirs, frozenset({"required", "schema"}))
        for name in [n for n in after if n not in before]:
            yield place.at(name).adds("header added")

    def _links(self, place: Place, before: Node, after: Node) -> Iterator[Change]:
        for name in dict.fromkeys([*before, *after]):
            mine, theirs = without_words(before.get(name)), without_words(after.get(name))
            if mine == theirs:
                continue
            at = place.at(f"link {name}")
            yield at.adds("link added") if mine is None else at.breaks("link changed")


def rest(old: Documents, new: Documents, name: str) -> Iterator[Change]:
    """Yield changes of security, servers and all else that no comparison of operations covers."""
    before, after = old.by_name[name], new.by_name[name]
    place = Place(name, CLIENTS[name])
    known = frozenset({"paths", "components", "info", "openapi"})
    yield from differing(place, before, after, known)
    if before["openapi"] != after["openapi"]:
        yield place.breaks(f"openapi changed from {before['openapi']} to {after['openapi']}")
    info = place.at("info")
    yield from differing(info, before["info"], after["info"], frozenset({"version"}))
    was, now = (d["info"].get("version") for d in (before, after))
    if name == GATEWAY and was != now:  # the version of the others is judged by their changes
        yield info.at("version").adds(f"changed from {was} to {now}")
    mine, theirs = before["components"], after["components"]
    schemes = place.at("securitySchemes")
    yield from differing(schemes, mine["securitySchemes"], theirs["securitySchemes"], NOTHING)
    for key in [k for k in mine["schemas"] if k not in theirs["schemas"]]:
        yield place.breaks(f"schema {key} removed")


def shared(old: Documents, new: Documents) -> Iterator[Change]:
    """Yield changes of values in schemas/common.yaml that no comparison of a document covers."""
    before, after = old.by_name[COMMON], new.by_name[COMMON]
    place = Place(COMMON, "every service and client")
    yield from differing(place, before, after, frozenset({"$defs"}))
    for key in [k for k in before["$defs"] if k not in after["$defs"]]:
        yield place.breaks(f"{key} removed")
