"""Compare two schemas: does the new one allow less, or more, than the old one?

- `requests`: we read them. Allowing less breaks senders.
- `answers`: we write them. Allowing more, or promising less, breaks readers.
- `events`: services of different versions write and read them at the same time, and queues hold old
  ones for days. Allowing less breaks something, and so does allowing more; only a new optional
  field is safe.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from infra.contracts.compat.change import Change, Place, differing, shortened
from infra.contracts.documents import Documents
from infra.contracts.integers import FORMATS

Use: TypeAlias = Literal["requests", "answers", "events"]
Schema: TypeAlias = Mapping[str, Any]

# Keyword -> whether a greater bound allows more.
BOUNDS: Final[Mapping[str, bool]] = {
    "maximum": True,
    "exclusiveMaximum": True,
    "maxLength": True,
    "maxItems": True,
    "maxProperties": True,
    "minimum": False,
    "exclusiveMinimum": False,
    "minLength": False,
    "minItems": False,
    "minProperties": False,
}
COMPARED: Final = frozenset(
    {*BOUNDS, "type", "enum", "const", "required", "properties", "additionalProperties"}
    | {"items", "oneOf", "allOf", "propertyNames", "pattern", "format", "discriminator"}
)
# Types whose description asks readers to expect new values, so that a new one breaks nothing.
OPEN: Final = frozenset({"ProblemType"})


@dataclass(frozen=True, slots=True)
class Sides:
    """Both contracts, and the direction in which their schemas are used."""

    old: Documents
    new: Documents
    use: Use

    def compare(
        self, place: Place, name: str, before: Any, after: Any, seen: frozenset[str] = frozenset()
    ) -> Iterator[Change]:
        """Yield the changes between what two schemas of the document `name` allow."""
        yield from _Comparison(self, place.of(name, before), _is_open(before)).schemas(
            self.old.resolved(name, before), self.new.resolved(name, after)
        )


def _is_open(schema: Any) -> bool:
    reference = schema.get("$ref", "") if isinstance(schema, Mapping) else ""
    return str(reference).rpartition("/")[2] in OPEN


Located: TypeAlias = tuple[str, Any]


@dataclass(frozen=True, slots=True)
class _Comparison:
    sides: Sides
    place: Place
    open: bool = False

    def narrower(self, what: str) -> Change:
        # Readers know the values of an open list by name, so none may be removed.
        breaks = self.sides.use != "answers" or self.open
        return self.place.breaks(what) if breaks else self.place.adds(what)

    def wider(self, what: str) -> Change:
        breaks = self.sides.use != "requests" and not self.open
        return self.place.breaks(what) if breaks else self.place.adds(what)

    def schemas(self, before: Located, after: Located) -> Iterator[Change]:
        (old_name, old), (new_name, new) = before, after
        if not isinstance(old, Mapping) or not isinstance(new, Mapping):
            if old != new:
                yield self.place.breaks(f"schema changed from {shortened(old)} to {shortened(new)}")
            return
        yield from self._type(old, new)
        yield from self._values(old, new)
        yield from self._bounds(old, new)
        yield from self._pattern(old, new)
        yield from self._fields((old_name, old), (new_name, new))
        yield from self._parts((old_name, old), (new_name, new))
        yield from self._format(old, new)
        yield from differing(self.place, old, new, COMPARED)

    def _type(self, old: Schema, new: Schema) -> Iterator[Change]:
        before, after = old.get("type"), new.get("type")
        if before != after:
            yield self.place.breaks(f"type changed from {shortened(before)} to {shortened(after)}")

    def _values(self, old: Schema, new: Schema) -> Iterator[Change]:
        before, after = _allowed(old), _allowed(new)
        if before == after:
            return
        if before is None or after is None:
            change = self.narrower if before is None else self.wider
            yield change(f"values changed from {shortened(before)} to {shortened(after)}")
            return
        for value in [v for v in before if v not in after]:
            yield self.narrower(f"value {value} removed")
        for value in [v for v in after if v not in before]:
            yield self.wider(f"value {value} added")
        if len(before) == len(after) and not [v for v in before if v not in after]:
            yield self.place.adds("values are in another order")

    def _bounds(self, old: Schema, new: Schema) -> Iterator[Change]:
        for keyword, greater_is_wider in BOUNDS.items():
            before, after = old.get(keyword), new.get(keyword)
            if before == after:
                continue
            what = f"{keyword} changed from {shortened(before)} to {shortened(after)}"
            before, after = _bound(old, keyword), _bound(new, keyword)
            if before == after:
                yield self.place.adds(what)
            elif before is None or after is None:
                yield (self.narrower if before is None else self.wider)(what)
            else:
                yield (self.wider if (after > before) is greater_is_wider else self.narrower)(what)

    def _format(self, old: Schema, new: Schema) -> Iterator[Change]:
        """Yield a change of format: free for an integer, whose limits decide, else a break."""
        before, after = old.get("format"), new.get("format")
        if before == after:
            return
        what = f"format changed from {shortened(before)} to {shortened(after)}"
        integers = old.get("type") == new.get("type") == "integer"
        yield self.place.adds(what) if integers else self.place.breaks(what)

    def _pattern(self, old: Schema, new: Schema) -> Iterator[Change]:
        before, after = old.get("pattern"), new.get("pattern")
        if before == after:
            return
        what = f"pattern changed from {shortened(before)} to {shortened(after)}"
        if before is None or after is None:
            yield (self.narrower if before is None else self.wider)(what)
        else:  # which of two expressions matches more cannot be decided
            yield self.place.breaks(what)

    def _fields(self, before: Located, after: Located) -> Iterator[Change]:
        (old_name, old), (new_name, new) = before, after
        mine, theirs = old.get("properties", {}), new.get("properties", {})
        was, now = set(old.get("required", ())), set(new.get("required", ()))
        for field in mine:
            place = self.place.at(field).of(old_name, mine[field])
            at = _Comparison(self.sides, place, _is_open(mine[field]))
            if field not in theirs:
                yield at.place.breaks("field removed")
                continue
            yield from at.schemas(
                self.sides.old.resolved(old_name, mine[field]),
                self.sides.new.resolved(new_name, theirs[field]),
            )
            if field in now - was:
                yield at.narrower("became required")
            if field in was - now:
                yield at.wider("is no longer required")
        for field in [f for f in theirs if f not in mine]:
            yield self._added(self.place.at(field), required=field in now)
        for field in sorted((was ^ now) - set(mine) - set(theirs)):
            yield self.place.at(field).breaks("required changed for a field that is not described")

    def _added(self, place: Place, *, required: bool) -> Change:
        """Return the change of a new field, which only answers may always get."""
        if not required:
            return place.adds("optional field added")
        if self.sides.use == "answers":
            return place.adds("field added")
        return place.breaks("required field added")

    def _parts(self, before: Located, after: Located) -> Iterator[Change]:
        (old_name, old), (new_name, new) = before, after
        for keyword in ("items", "propertyNames", "additionalProperties"):
            yield from self._part(keyword, (old_name, old), (new_name, new))
        for keyword in ("oneOf", "allOf"):
            yield from self._variants(keyword, (old_name, old), (new_name, new))
        if old.get("discriminator") != new.get("discriminator"):
            yield self.place.breaks("discriminator changed")

    def _part(self, keyword: str, before: Located, after: Located) -> Iterator[Change]:
        (old_name, old), (new_name, new) = before, after
        mine, theirs = old.get(keyword), new.get(keyword)
        if isinstance(mine, Mapping) and isinstance(theirs, Mapping):
            yield from _Comparison(self.sides, self.place.at(keyword).of(old_name, mine)).schemas(
                self.sides.old.resolved(old_name, mine), self.sides.new.resolved(new_name, theirs)
            )
        elif mine != theirs:
            closed = _closes(theirs) and not _closes(mine)
            change: Callable[[str], Change] = self.narrower if closed else self.wider
            yield change(f"{keyword} changed from {shortened(mine)} to {shortened(theirs)}")

    def _variants(self, keyword: str, before: Located, after: Located) -> Iterator[Change]:
        (old_name, old), (new_name, new) = before, after
        mine, theirs = _by_name(old.get(keyword, ())), _by_name(new.get(keyword, ()))
        for name in mine:
            if name not in theirs:
                yield self.place.breaks(f"{keyword}: variant {name} removed")
                continue
            yield from _Comparison(
                self.sides, self.place.at(name).of(old_name, mine[name])
            ).schemas(
                self.sides.old.resolved(old_name, mine[name]),
                self.sides.new.resolved(new_name, theirs[name]),
            )
        for name in [n for n in theirs if n not in mine]:
            yield self.wider(f"{keyword}: variant {name} added")


def _allowed(schema: Schema) -> list[Any] | None:
    """Return the only values that a schema allows, when it lists them."""
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _bound(schema: Schema, keyword: str) -> int | None:
    """Return the bound; for an integer without one, the bound of its format or of JSON."""
    bound: int | None = schema.get(keyword)
    if bound is None and schema.get("type") == "integer":
        limits = FORMATS[schema.get("format", "int64")]
        bound = dict(zip(("minimum", "maximum"), limits, strict=True)).get(keyword)
    return bound


def _closes(part: Any) -> bool:
    """Whether additionalProperties (or another part) refuses something."""
    return part is False or isinstance(part, Mapping)


def _by_name(variants: Any) -> dict[str, Any]:
    return {
        str(v.get("$ref", f"part {number}")).rpartition("/")[2]: v
        for number, v in enumerate(variants)
    }
