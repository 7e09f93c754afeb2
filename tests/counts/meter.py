"""What DynamoDB would bill: every call as it was made, every item as large as it was."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from infra.services.rows import STORES
from tests.builders import PREFIX
from tests.stores.cloud import Cloud

UNIT_BYTES = 1024
Item = Mapping[str, Any]
Key = tuple[str, str]  # table, and the item's key as text


def item_bytes(item: Item) -> int:
    """As DynamoDB counts: names, texts in UTF-8, numbers at two digits a byte and one more."""
    return sum(
        len(name) + (len(v["S"].encode()) if "S" in v else (len(v["N"]) + 1) // 2 + 1)
        for name, v in item.items()
    )


def units(before: Item, after: Item) -> int:
    """Write units for one item: the larger of what was there and what is there, in whole KB."""
    return math.ceil(max(item_bytes(before), item_bytes(after)) / UNIT_BYTES)


@dataclass(frozen=True, slots=True)
class Write:
    """One item that one call wrote; `index_units` are those of its secondary index."""

    operation: str
    table: str
    bytes: int
    units: int
    index_units: int
    outbox: str | None


@dataclass
class Meter:
    """Listens to the client of DynamoDB that the handlers use."""

    cloud: Cloud
    calls: list[str] = field(default_factory=list)
    writes: list[Write] = field(default_factory=list)
    _known: dict[Key, Item] = field(default_factory=dict)
    _asked: dict[str, Any] = field(default_factory=dict)
    _deaf: bool = False

    @contextmanager
    def listening(self) -> Iterator[None]:
        hooks = self.cloud.dynamodb.meta.events
        hooks.register("before-parameter-build.dynamodb", self._asking)
        hooks.register("after-call.dynamodb", self._answered)
        try:
            yield
        finally:
            hooks.unregister("before-parameter-build.dynamodb", self._asking)
            hooks.unregister("after-call.dynamodb", self._answered)

    @contextmanager
    def not_listening(self) -> Iterator[None]:
        self._deaf = True
        yield
        self._deaf = False

    def forget(self) -> None:
        """Begin to count; what was written so far is known, but not billed."""
        self.calls.clear()
        self.writes.clear()

    @property
    def billed(self) -> int:
        return sum(write.units + write.index_units for write in self.writes)

    def _asking(self, params: dict[str, Any], **_: Any) -> None:
        if not self._deaf:
            self._asked = params

    def _answered(self, model: Any, **_: Any) -> None:
        if self._deaf:
            return
        self.calls.append(model.name)
        asked = self._asked
        if model.name == "TransactWriteItems":
            for each in asked["TransactItems"]:
                (write,) = each.values()
                self._written(model.name, write, price=2)
        elif model.name in ("PutItem", "UpdateItem"):
            self._written(model.name, asked, price=1)

    def _written(self, operation: str, write: Mapping[str, Any], *, price: int) -> None:
        table = write["TableName"]
        key_names = next(s.key for s in STORES if f"{PREFIX}-{s.name}" == table)
        source = write.get("Key") or write["Item"]
        key = {name: source[name] for name in key_names}
        with self.not_listening():
            after = self.cloud.dynamodb.get_item(TableName=table, Key=key).get("Item", {})
        known = (table, str(key))
        before = self._known.get(known, {})
        self._known[known] = after
        self.writes.append(
            Write(
                operation=operation,
                table=table.removeprefix(f"{PREFIX}-"),
                bytes=item_bytes(after),
                units=price * units(before, after),
                index_units=_index_units(table, before, after),
                outbox=after["outbox"]["S"] if "outbox" in after else None,
            )
        )


def _index_units(table: str, before: Item, after: Item) -> int:
    """An index is written when its keys change; a moved entry counts twice."""
    store = next(s for s in STORES if f"{PREFIX}-{s.name}" == table)
    if store.index is None:
        return 0
    shown = {*store.key, *store.index.key}

    def entry(item: Item) -> Item:
        if not set(store.index.key if store.index else ()) <= set(item):
            return {}
        return {n: v for n, v in item.items() if n in shown}

    old, new = entry(before), entry(after)
    if old == new:
        return 0
    moved = bool(old and new) and any(old[name] != new[name] for name in store.index.key)
    return units(old, new) * (2 if moved else 1)
