"""DynamoDB in memory: items, conditions, transactions, one index per table, and what changed."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias

from tests.simulation.cloud.errors import NotInFakeError, only, refused
from tests.simulation.cloud.expressions import (
    Item,
    Names,
    check_used,
    condition,
    invalid,
    update,
)

Key: TypeAlias = tuple[str, ...]
Call: TypeAlias = Mapping[str, Any]
Answer: TypeAlias = dict[str, Any]

TRANSACTION_ITEMS_MAX: Final = 100
BATCH_KEYS_MAX: Final = 100
ITEM_BYTES_MAX: Final = 400 * 1024
MISSED: Final = "The conditional request failed"


@dataclass(frozen=True, slots=True)
class Index:
    """A global secondary index; it holds keys only."""

    name: str
    key: tuple[str, str]


@dataclass(slots=True)
class Table:
    name: str
    key: tuple[str, ...]
    index: Index | None = None
    items: dict[Key, Item] = field(default_factory=dict)
    # Each item before its last write, which a read that is not consistent may still return.
    before: dict[Key, Item | None] = field(default_factory=dict)

    def key_of(self, operation: str, attributes: Item) -> Key:
        """Return the key in the attributes. Raises ValidationException when it is invalid."""
        values = []
        for name in self.key:
            value = attributes.get(name, {}).get("S")
            if not value:
                raise invalid(operation, f"key attribute {name} is missing, empty or no string")
            values.append(value)
        return tuple(values)


@dataclass(frozen=True, slots=True)
class Change:
    """One item of one atomic write. `old` is none for a new item."""

    table: str
    key: Key
    old: Item | None
    new: Item


@dataclass(slots=True)
class DynamoDb:
    """Every call is one atomic step; `on_commit` receives all changes of a write at once."""

    tables: Mapping[str, Table]
    on_commit: Callable[[Sequence[Change]], None] = lambda _changes: None
    stale: bool = False  # whether reads that need not be consistent see older items
    tokens: dict[str, Any] = field(default_factory=dict)

    def call(self, operation: str, parameters: Call) -> Answer:
        """Answer as AWS. Raises ClientError, or NotInFakeError for what the fake does not know."""
        match operation:
            case "GetItem":
                return self._get(parameters)
            case "PutItem":
                self._commit([self._put(operation, parameters)])
            case "UpdateItem":
                self._commit([self._update(operation, parameters)])
            case "TransactWriteItems":
                self._transact(parameters)
            case "BatchGetItem":
                return self._batch_get(parameters)
            case "Query":
                return self._query(parameters)
            case _:
                raise NotInFakeError(f"dynamodb {operation}")
        return {}

    def table(self, operation: str, name: str) -> Table:
        if name not in self.tables:
            raise refused(operation, "ResourceNotFoundException", f"no table {name}")
        return self.tables[name]

    def _commit(self, changes: Sequence[Change]) -> None:
        for change in changes:
            table = self.tables[change.table]
            table.items[change.key] = change.new
            table.before[change.key] = change.old
        self.on_commit(changes)

    def _put(self, operation: str, p: Call) -> Change:
        only(operation, p, "TableName", "Item", *CONDITIONAL)
        table = self.table(operation, p["TableName"])
        item = dict(p["Item"])
        key = table.key_of(operation, item)
        self._require(operation, p, table.items.get(key))
        return _sized(operation, Change(table.name, key, table.items.get(key), item))

    def _update(self, operation: str, p: Call) -> Change:
        only(operation, p, "TableName", "Key", "UpdateExpression", *CONDITIONAL)
        table = self.table(operation, p["TableName"])
        key = table.key_of(operation, p["Key"])
        old = table.items.get(key)
        self._require(operation, p, old, p["UpdateExpression"])
        names = names_of(operation, p)
        new = dict(old or p["Key"])
        for token, operand in update(p["UpdateExpression"]):
            name = names.name(token)
            if name in table.key:
                raise invalid(operation, f"Cannot update attribute {name}: it is part of the key")
            if operand is None:
                new.pop(name, None)
                continue
            value = operand(old or {}, names)
            if value is None:
                raise invalid(operation, "The provided expression refers to a missing attribute")
            new[name] = value
        return _sized(operation, Change(table.name, key, old, new))

    def _require(
        self, operation: str, p: Call, found: Item | None, also_uses: str | None = None
    ) -> None:
        """Raise ConditionalCheckFailedException, with the item when it was requested."""
        names = names_of(operation, p)
        expression = p.get("ConditionExpression")
        check_used(names, expression, also_uses)
        if expression is None or condition(expression)(found or {}, names):
            return
        wants_item = p.get("ReturnValuesOnConditionCheckFailure", "NONE") == "ALL_OLD"
        more = {"Item": dict(found)} if wants_item and found else {}
        raise refused(operation, "ConditionalCheckFailedException", MISSED, **more)

    def _transact(self, p: Call) -> None:
        operation = "TransactWriteItems"
        only(operation, p, "TransactItems", "ClientRequestToken")
        items, token = p["TransactItems"], p.get("ClientRequestToken")
        if not 1 <= len(items) <= TRANSACTION_ITEMS_MAX:
            raise invalid(operation, f"{len(items)} items in a transaction")
        if token is not None and token in self.tokens:
            if self.tokens[token] != items:
                raise refused(operation, "IdempotentParameterMismatchException")
            return
        changes, reasons = self._prepared(operation, items)
        if any(reason["Code"] != "None" for reason in reasons):
            raise cancelled(operation, reasons)
        if token is not None:
            self.tokens[token] = items
        self._commit(changes)

    def _prepared(
        self, operation: str, items: Sequence[Call]
    ) -> tuple[list[Change], list[dict[str, Any]]]:
        changes: list[Change] = []
        reasons: list[dict[str, Any]] = []
        for item in items:
            ((kind, write),) = item.items()
            if kind not in WRITES:
                raise NotInFakeError(f"{kind} in a transaction")
            try:
                changes.append(WRITES[kind](self, operation, write))
            except Exception as error:
                response = getattr(error, "response", {})
                if response.get("Error", {}).get("Code") != "ConditionalCheckFailedException":
                    raise
                more = {"Item": response["Item"]} if "Item" in response else {}
                reasons.append({"Code": "ConditionalCheckFailed", "Message": MISSED, **more})
            else:
                reasons.append({"Code": "None"})
        touched = [self._touched(operation, item) for item in items]
        if len(set(touched)) < len(touched):
            raise invalid(
                operation, "Transaction request cannot include multiple operations on one item"
            )
        return changes, reasons

    def _touched(self, operation: str, item: Call) -> tuple[str, Key]:
        ((kind, write),) = item.items()
        table = self.table(operation, write["TableName"])
        return table.name, table.key_of(operation, write["Item" if kind == "Put" else "Key"])

    def _get(self, p: Call) -> Answer:
        only("GetItem", p, "TableName", "Key", "ConsistentRead")
        table = self.table("GetItem", p["TableName"])
        found = self._seen(table, table.key_of("GetItem", p["Key"]), p.get("ConsistentRead", False))
        return {"Item": dict(found)} if found else {}

    def _batch_get(self, p: Call) -> Answer:
        only("BatchGetItem", p, "RequestItems")
        responses: dict[str, list[Item]] = {}
        for name, request in p["RequestItems"].items():
            only("BatchGetItem", request, "Keys", "ConsistentRead")
            table = self.table("BatchGetItem", name)
            keys = [table.key_of("BatchGetItem", key) for key in request["Keys"]]
            if not 1 <= len(keys) <= BATCH_KEYS_MAX or len(set(keys)) < len(keys):
                raise invalid("BatchGetItem", "too many keys, no key, or duplicate keys")
            seen = [self._seen(table, key, request.get("ConsistentRead", False)) for key in keys]
            responses[name] = [dict(item) for item in seen if item]
        return {"Responses": responses, "UnprocessedKeys": {}}

    def _seen(self, table: Table, key: Key, consistent: bool) -> Item | None:
        if self.stale and not consistent and key in table.before:
            return table.before[key]
        return table.items.get(key)

    def _query(self, p: Call) -> Answer:
        from tests.simulation.cloud.query import query

        table = self.table("Query", p["TableName"])
        return query(table, [self._seen(table, key, False) for key in table.items], p)


CONDITIONAL: Final = (
    "ConditionExpression",
    "ExpressionAttributeNames",
    "ExpressionAttributeValues",
    "ReturnValuesOnConditionCheckFailure",
)
WRITES: Final[Mapping[str, Callable[[DynamoDb, str, Call], Change]]] = {
    "Put": DynamoDb._put,
    "Update": DynamoDb._update,
}


def names_of(operation: str, p: Call) -> Names:
    return Names(
        operation,
        p.get("ExpressionAttributeNames") or {},
        p.get("ExpressionAttributeValues") or {},
    )


def cancelled(operation: str, reasons: Sequence[Mapping[str, Any]]) -> Exception:
    codes = ", ".join(reason["Code"] for reason in reasons)
    return refused(
        operation,
        "TransactionCanceledException",
        f"Transaction cancelled, please refer cancellation reasons for specific reasons [{codes}]",
        CancellationReasons=list(reasons),
    )


def _sized(operation: str, change: Change) -> Change:
    size = sum(len(name) + sum(map(len, value.values())) for name, value in change.new.items())
    if size > ITEM_BYTES_MAX:
        raise invalid(operation, "Item size has exceeded the maximum allowed size")
    return change
