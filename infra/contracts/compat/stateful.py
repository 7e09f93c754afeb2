"""What deploying a template does to the data that the stack of the last release holds.

Refused: CloudFormation rolls such an update back. Lost: it replaces or deletes a resource that
holds data. In place: it updates a resource, or replaces one that holds no data.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from infra.contracts.compat.change import shortened
from infra.contracts.stateful import HELD, POLICIES, Parts, Resource, create_only, identity

Effect = Literal["refused", "lost", "in place"]

BESIDE: Final = (
    "first release and deploy a second resource (another logical id and name) and move the data "
    "of this one there; remove this one in a later major release"
)
KEEP_ID: Final = (
    "keep the logical id; or remove the old one in one release and add the new one in the next"
)
ONE_INDEX: Final = (
    "add an index under another name in one release and read from it; remove the old one in the "
    "next: an update creates or deletes one index of a table"
)
OFF_THEN_ON: Final = "turn it off in one release, and on again, changed, in the next"
ATTRIBUTES_STAY: Final = "keep the attributes and add others; or " + BESIDE


@dataclass(frozen=True, slots=True)
class Update:
    """One change of a resource, and how to make it in two deployments if one is not enough."""

    effect: Effect
    where: str  # resource and property
    what: str
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" [in two: {self.instead}]" if self.instead else "")


# The updates of one property, from its old and new value.
Rule: TypeAlias = Callable[[str, Any, Any], Iterator[Update]]


def updates(old: Parts, new: Parts) -> Iterator[Update]:
    """Yield what CloudFormation does with each changed resource, in the order of the template."""
    for logical_id, before in old.items():
        if logical_id not in new:
            yield from _removed(logical_id, before, new)
        elif before["Type"] != new[logical_id]["Type"]:
            what = f"type changed from {before['Type']} to {new[logical_id]['Type']}"
            yield Update("refused", logical_id, what, KEEP_ID)
        else:
            yield from _changed(logical_id, before, new[logical_id])


def _removed(logical_id: str, before: Resource, new: Parts) -> Iterator[Update]:
    kind, mine = before["Type"], _identity(before)
    taken = [i for i, r in new.items() if r["Type"] == kind and mine and _identity(r) == mine]
    held = HELD.get(kind)
    if taken:
        what = f"is now called {taken[0]}, which is created first, and the name is taken"
        yield Update("refused", logical_id, what, KEEP_ID)
    elif held and before.get("DeletionPolicy", "Delete") == "Delete":
        yield Update("lost", logical_id, f"removed with {held}", f"let it drain, and {BESIDE}")
    elif held:
        yield Update("lost", logical_id, f"removed from the stack, which leaves {held} behind")


def _changed(logical_id: str, before: Resource, after: Resource) -> Iterator[Update]:
    for policy in POLICIES:
        was, now = before.get(policy), after.get(policy)
        if was != now:
            where = f"{logical_id}.{policy}"
            yield Update("in place", where, f"changed from {shortened(was)} to {shortened(now)}")
    mine, theirs = before["Properties"], after["Properties"]
    for name in dict.fromkeys([*mine, *theirs]):
        was, now = mine.get(name), theirs.get(name)
        if was == now:
            continue
        where = f"{logical_id}.{name}"
        rule = RULES.get((before["Type"], name))
        if rule:
            yield from rule(where, was, now)
        elif _is_fixed(before["Type"], name, mine, theirs):
            yield _replaced(where, name, before, after)
        else:
            yield Update("in place", where, f"changed from {shortened(was)} to {shortened(now)}")


def _is_fixed(kind: str, name: str, mine: Any, theirs: Any) -> bool:
    """Whether the changed part of a property can be set only when the resource is created."""
    paths = (path for path in create_only(kind) if path[0] == name)
    return any(_at(mine, path) != _at(theirs, path) for path in paths)


def _replaced(where: str, name: str, before: Resource, after: Resource) -> Update:
    """Return the update that creates a new resource before it deletes the old one of that name."""
    was, now = before["Properties"].get(name), after["Properties"].get(name)
    what = f"changed from {shortened(was)} to {shortened(now)}"
    held = HELD.get(before["Type"])
    if _identity(before) and _identity(before) == _identity(after):
        return Update("refused", where, f"{what}, but the name is taken until then", BESIDE)
    if held:
        return Update("lost", where, f"{what}, which replaces it without {held}", BESIDE)
    return Update("in place", where, f"{what}, which replaces it; it holds no data")


def _identity(resource: Resource) -> Mapping[str, Any]:
    return identity(resource["Type"], resource["Properties"])


def _at(properties: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        properties = properties.get(step) if isinstance(properties, Mapping) else None
    return properties


def _indexes(where: str, was: Any, now: Any) -> Iterator[Update]:
    """Yield the updates of indexes: one may be created or deleted per update, none changed."""
    before, after = (_by(indexes, "IndexName") for indexes in (was, now))
    for name in [n for n in before if n in after and before[n] != after[n]]:
        for part in ("KeySchema", "Projection"):
            mine, theirs = before[name].get(part), after[name].get(part)
            if mine != theirs:
                what = f"changed from {shortened(mine)} to {shortened(theirs)}"
                yield Update("refused", f"{where}.{name}.{part}", what, ONE_INDEX)
    moved = [n for n in dict.fromkeys([*before, *after]) if (n in before) != (n in after)]
    for name in moved:
        what = "index created" if name in after else "index deleted"
        if len(moved) > 1:
            what += f", one of {len(moved)} in one update"
        many = len(moved) > 1
        effect: Effect = "refused" if many else "in place"
        yield Update(effect, f"{where}.{name}", what, ONE_INDEX if many else "")


def _attribute_types(where: str, was: Any, now: Any) -> Iterator[Update]:
    """Yield each changed type of an attribute; attributes are added and removed with their keys."""
    before, after = (_by(attributes, "AttributeName") for attributes in (was, now))
    for name in [n for n in before if n in after and before[n] != after[n]]:
        mine, theirs = (side[name]["AttributeType"] for side in (before, after))
        what = f"type changed from {mine} to {theirs}, but the name is taken until then"
        yield Update("refused", f"{where}.{name}", what, BESIDE)


def _attributes_of_users(where: str, was: Any, now: Any) -> Iterator[Update]:
    """Yield the updates of user attributes: Cognito adds them, but changes and removes none."""
    before, after = (_by(attributes, "Name") for attributes in (was, now))
    for name in before:
        if before[name] != after.get(name):
            what = "attribute changed" if name in after else "attribute removed"
            yield Update("refused", f"{where}.{name}", what, ATTRIBUTES_STAY)
    for name in [n for n in after if n not in before]:
        yield Update("in place", f"{where}.{name}", "attribute added")


def _fixed(where: str, was: Any, now: Any) -> Iterator[Update]:
    yield Update("refused", where, f"changed from {shortened(was)} to {shortened(now)}", BESIDE)


def _off_then_on(where: str, was: Any, now: Any) -> Iterator[Update]:
    """Yield the update of a feature that DynamoDB turns on and off, but cannot change while on."""
    what = f"changed from {shortened(was)} to {shortened(now)}"
    both = _is_on(was) and _is_on(now)
    yield Update("refused" if both else "in place", where, what, OFF_THEN_ON if both else "")


def _is_on(setting: Any) -> bool:
    return bool(setting) and setting.get("Enabled", True) is not False


def _by(parts: Any, name: str) -> dict[str, Any]:
    return {part[name]: part for part in parts or ()}


# Update behaviours that only the documentation of AWS describes; its resource schemas lack them.
TABLE: Final = "AWS::DynamoDB::Table"
POOL: Final = "AWS::Cognito::UserPool"
RULES: Final[Mapping[tuple[str, str], Rule]] = {
    (TABLE, "GlobalSecondaryIndexes"): _indexes,
    (TABLE, "AttributeDefinitions"): _attribute_types,
    (TABLE, "TimeToLiveSpecification"): _off_then_on,
    (TABLE, "StreamSpecification"): _off_then_on,
    (TABLE, "LocalSecondaryIndexes"): _fixed,
    (POOL, "Schema"): _attributes_of_users,
    (POOL, "UsernameAttributes"): _fixed,
    (POOL, "AliasAttributes"): _fixed,
    (POOL, "UsernameConfiguration"): _fixed,
}
