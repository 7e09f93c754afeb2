"""Query of an index: the form that the handlers use, with its pages."""

from collections.abc import Sequence
from typing import Any

from tests.simulation.cloud.dynamodb import Answer, Call, Index, Table, names_of
from tests.simulation.cloud.errors import NotInFakeError, only
from tests.simulation.cloud.expressions import Item, check_used, condition, invalid, tokens


def query(table: Table, items: Sequence[Item | None], p: Call) -> Answer:
    """Answer a query with the keys of `items`, which are as this read sees them."""
    only(
        "Query",
        p,
        *("TableName", "IndexName", "KeyConditionExpression", "Limit"),
        *("ExpressionAttributeNames", "ExpressionAttributeValues", "ScanIndexForward"),
        "ExclusiveStartKey",
    )
    index = table.index
    if index is None or p.get("IndexName") != index.name:
        raise NotInFakeError(f"Query of {table.name} by {p.get('IndexName', 'its own key')}")
    names = names_of("Query", p)
    by = names.name(tokens(p["KeyConditionExpression"])[0])
    if by != index.key[0]:
        raise invalid("Query", f"Query condition missed key schema element: {index.key[0]}")
    check_used(names, p["KeyConditionExpression"])
    wanted = condition(p["KeyConditionExpression"])
    entries = [_entry(table, index, i) for i in items if i and wanted(i, names) and _has(index, i)]
    entries.sort(key=lambda entry: entry[0], reverse=not p.get("ScanIndexForward", True))
    page, last = _page(table, index, entries, p)
    answer: dict[str, Any] = {"Items": page, "Count": len(page), "ScannedCount": len(page)}
    return answer | ({"LastEvaluatedKey": last} if last else {})


def _has(index: Index, item: Item) -> bool:
    return all("S" in item.get(name, {}) for name in index.key)


def _entry(table: Table, index: Index, item: Item) -> tuple[tuple[str, ...], dict[str, Any]]:
    """Return an item's place in its partition, and what the index has of it."""
    place = (item[index.key[1]]["S"], *(item[name]["S"] for name in table.key))
    return place, {name: item[name] for name in dict.fromkeys((*index.key, *table.key))}


def _page(
    table: Table, index: Index, entries: Sequence[tuple[tuple[str, ...], Item]], p: Call
) -> tuple[list[Item], Item | None]:
    start = p.get("ExclusiveStartKey")
    if start:
        if set(start) != {*index.key, *table.key}:
            raise invalid("Query", "The provided starting key is invalid")
        after = (start[index.key[1]]["S"], *(start[name]["S"] for name in table.key))
        forward = p.get("ScanIndexForward", True)
        entries = [e for e in entries if (e[0] > after if forward else e[0] < after)]
    limit = p.get("Limit", len(entries) + 1)
    page = [item for _, item in entries[:limit]]
    if len(page) < limit:
        return page, None
    last = page[-1]
    return page, {name: last[name] for name in dict.fromkeys((*index.key, *table.key))}
