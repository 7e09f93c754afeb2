"""What DynamoDB would bill for calls, from the size of each item before and after."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.services.rows import STORES
from tests.builders import PREFIX
from tests.in_memory.system import Call
from tests.simulation.cloud.dynamodb import Change

UNIT_BYTES: Final = 1024
TRANSACTION: Final = "TransactWriteItems"  # costs double
READ_UNITS: Final = {"GetItem": 1, "Query": 1}  # consistent, of items under 4 KB
Item = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Write:
    """One item that one call wrote; `index_units` are those of its secondary index."""

    operation: str
    table: str
    bytes: int
    units: int
    index_units: int


def item_bytes(item: Item) -> int:
    """Return the size as DynamoDB counts it.

    Names, texts in UTF-8, and numbers at two digits a byte and one more.
    """
    return sum(
        len(name) + (len(v["S"].encode()) if "S" in v else (len(v["N"]) + 1) // 2 + 1)
        for name, v in item.items()
    )


def units(before: Item, after: Item) -> int:
    """Return the write units of one item: the larger of both sizes, in whole KB."""
    return math.ceil(max(item_bytes(before), item_bytes(after)) / UNIT_BYTES)


def writes(calls: Iterable[Call]) -> list[Write]:
    """Return every item that the calls wrote."""
    return [_write(call.operation, change) for call in calls for change in call.changes]


def write_units(calls: Iterable[Call]) -> int:
    """Return what all writes cost; one whose condition failed costs a unit (items under 1 KB)."""
    made = list(calls)
    failed = sum(call.failed and call.operation in ("PutItem", "UpdateItem") for call in made)
    return failed + sum(write.units + write.index_units for write in writes(made))


def read_units(calls: Iterable[Call]) -> int:
    return sum(_read_units(call) for call in calls)


def _read_units(call: Call) -> int:
    if call.operation == "BatchGetItem":
        return sum(len(request["Keys"]) for request in call.parameters["RequestItems"].values())
    return READ_UNITS.get(call.operation, 0)


def _write(operation: str, change: Change) -> Write:
    before = change.old or {}
    return Write(
        operation=operation,
        table=change.table.removeprefix(f"{PREFIX}-"),
        bytes=item_bytes(change.new),
        units=units(before, change.new) * (2 if operation == TRANSACTION else 1),
        index_units=_index_units(change.table, before, change.new),
    )


def _index_units(table: str, before: Item, after: Item) -> int:
    """An index is written when its keys change; a moved entry counts twice."""
    store = next(s for s in STORES if f"{PREFIX}-{s.name}" == table)
    if store.index is None:
        return 0
    keys = store.index.key
    shown = {*store.key, *keys}

    def entry(item: Item) -> Item:
        return {n: v for n, v in item.items() if n in shown} if set(keys) <= set(item) else {}

    old, new = entry(before), entry(after)
    if old == new:
        return 0
    moved = bool(old and new) and any(old[name] != new[name] for name in keys)
    return units(old, new) * (2 if moved else 1)
