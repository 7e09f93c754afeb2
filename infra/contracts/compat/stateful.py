"""What deploying a template after a release does to what that release's stack holds.

Refused: CloudFormation rolls such an update back. Lost: it replaces or deletes what holds
something. In place: it updates, or replaces what holds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

from infra.contracts.compat.change import told
from infra.contracts.stateful import HELD, POLICIES, Parts, Resource, create_only, identity

Effect = Literal["refused", "lost", "in place"]

BESIDE: Final = (
    "first release and deploy another resource beside it (another logical id and name) and move "
    "what this one holds; remove this one in a later major release"
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
    """One change of a resource, and how to make it in two deployments if one cannot."""

    effect: Effect
    where: str  # resource and property
    what: str
    instead: str = ""

    def __str__(self) -> str:
        return f"{self.where}: {self.what}" + (f" [in two: {self.instead}]" if self.instead else "")


# The updates of one property, from its old and new value.
Rule: TypeAlias = Callable[[str, Any, Any], Iterator[Update]]


def updates(old: Parts, new: Parts) -> Iterator[Update]:
    """What CloudFormation does with each resource that is not as it was, in their order."""
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
            yield Update("in place", where, f"changed from {told(was)} to {told(now)}")
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
            yield Update("in place", where, f"changed from {told(was)} to {told(now)}")


def _is_fixed(kind: str, name: str, mine: Any, theirs: Any) -> bool:
    """Whether what changed of a property can be set only by creating the resource anew."""
    paths = (path for path in create_only(kind) if path[0] == name)
    return any(_at(mine, path) != _at(theirs, path) for path in paths)


def _replaced(where: str, name: str, before: Resource, after: Resource) -> Update:
    """A resource is created anew, then the old one is deleted; two cannot have one name."""
    was, now = before["Properties"].get(name), after["Properties"].get(name)
    what = f"changed from {told(was)} to {told(now)}"
    held = HELD.get(before["Type"])
    if _identity(before) and _identity(before) == _identity(after):
        return Update("refused", where, f"{what}, but the name is taken until then", BESIDE)
    if held:
        return Update("lost", where, f"{what}, which replaces it without {held}", BESIDE)
    return Update("in place", where, f"{what}, which replaces it; it holds nothing")


def _identity(resource: Resource) -> Mapping[str, Any]:
    return identity(resource["Type"], resource["Properties"])


def _at(properties: Any, path: tuple[str, ...]) -> Any:
    for step in path:
        properties = properties.get(step) if isinstance(properties, Mapping) else None
    return properties


def _indexes(where: str, was: Any, now: Any) -> Iterator[Update]:
    """An index is created or deleted, one per update, and is otherwise as it was created."""
    before, after = (_by(indexes, "IndexName") for indexes in (was, now))
    for name in [n for n in before if n in after and before[n] != after[n]]:
        for part in ("KeySchema", "Projection"):
            mine, theirs = before[name].get(part), after[name].get(part)
            if mine != theirs:
                what = f"changed from {told(mine)} to {told(theirs)}"
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
    """Attributes come and go with the keys that they are of; each keeps its type."""
    before, after = (_by(attributes, "AttributeName") for attributes in (was, now))
    for name in [n for n in before if n in after and before[n] != after[n]]:
        mine, theirs = (side[name]["AttributeType"] for side in (before, after))
        what = f"type changed from {mine} to {theirs}, but the name is taken until then"
        yield Update("refused", f"{where}.{name}", what, BESIDE)


def _attributes_of_users(where: str, was: Any, now: Any) -> Iterator[Update]:
    """Cognito adds attributes to a pool; it changes and removes none."""
    before, after = (_by(attributes, "Name") for attributes in (was, now))
    for name in before:
        if before[name] != after.get(name):
            what = "attribute changed" if name in after else "attribute removed"
            yield Update("refused", f"{where}.{name}", what, ATTRIBUTES_STAY)
    for name in [n for n in after if n not in before]:
        yield Update("in place", f"{where}.{name}", "attribute added")


def _fixed(where: str, was: Any, now: Any) -> Iterator[Update]:
    yield Update("refused", where, f"changed from {told(was)} to {told(now)}", BESIDE)


def _off_then_on(where: str, was: Any, now: Any) -> Iterator[Update]:
    """What DynamoDB turns on and off, but does not change while it is on."""
    what = f"changed from {told(was)} to {told(now)}"
    both = _is_on(was) and _is_on(now)
    yield Update("refused" if both else "in place", where, what, OFF_THEN_ON if both else "")


def _is_on(setting: Any) -> bool:
    return bool(setting) and setting.get("Enabled", True) is not False


def _by(parts: Any, name: str) -> dict[str, Any]:
    return {part[name]: part for part in parts or ()}


# Update behaviours that AWS documents in words only; the resource schemas do not have them.
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
