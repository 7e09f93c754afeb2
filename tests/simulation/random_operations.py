"""Random operations of the kinds that handlers use, for the fake, moto and MiniStack."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final, TypeAlias

Call: TypeAlias = tuple[str, str, dict[str, Any]]

PAYMENTS: Final = ("p1", "p2", "p3")
WALLETS: Final = (("u1#USD", "BALANCE"), ("u1#USD", "RESERVATION#p1"), ("u2#JPY", "BALANCE"))
STATUSES: Final = ("pending", "completed", "failed")


def calls(random: Random, count: int, *, prefix: str) -> Iterator[Call]:
    """`prefix` is the stack's."""
    makers = (
        *(_put, _update, _update, _get, _query, _query),
        *(_transaction, _transaction, _batch, _park, _review),
    )
    for n in range(count):
        yield random.choice(makers)(random, prefix, n)


def _text(value: str) -> dict[str, str]:
    return {"S": value}


def _number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def _payment(random: Random) -> dict[str, Any]:
    key = random.choice(PAYMENTS)
    item = {
        "payment_id": _text(key),
        "status": _text(random.choice(STATUSES)),
        "amount": _number(random.randrange(1, 9)),
        "version": _number(random.randrange(1, 4)),
    }
    if random.random() < 0.8:
        created = f"2026-03-0{random.randrange(1, 4)}#{key}"
        item |= {"user_id": _text(random.choice(("u1", "u2"))), "created_at_id": _text(created)}
    return item


def _put(random: Random, prefix: str, _n: int) -> Call:
    put: dict[str, Any] = {"TableName": f"{prefix}-payments", "Item": _payment(random)}
    if random.random() < 0.6:
        put["ConditionExpression"] = "attribute_not_exists(payment_id)"
        if random.random() < 0.5:
            put["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
    return "dynamodb", "PutItem", put


def _update(random: Random, prefix: str, _n: int) -> Call:
    return "dynamodb", "UpdateItem", _update_of_payment(random, prefix)


def _update_of_payment(random: Random, prefix: str) -> dict[str, Any]:
    version = random.randrange(1, 4)
    update: dict[str, Any] = {
        "TableName": f"{prefix}-payments",
        "Key": {"payment_id": _text(random.choice(PAYMENTS))},
        "UpdateExpression": "SET #status = :status, version = :next",
        "ExpressionAttributeNames": {"#status": "status"},
        "ExpressionAttributeValues": {
            ":status": _text(random.choice(STATUSES)),
            ":next": _number(version + 1),
        },
    }
    if random.random() < 0.7:
        update["ConditionExpression"] = "version = :version"
        update["ExpressionAttributeValues"][":version"] = _number(version)
    elif random.random() < 0.5:
        update["ConditionExpression"] = "#status <> :status"
    elif random.random() < 0.5:
        update["ConditionExpression"] = "attribute_not_exists(payment_id) OR #status <> :status"
    return update


def _get(random: Random, prefix: str, _n: int) -> Call:
    key = {"payment_id": _text(random.choice((*PAYMENTS, "unknown")))}
    table = f"{prefix}-payments"
    return "dynamodb", "GetItem", {"TableName": table, "Key": key, "ConsistentRead": True}


def _query(random: Random, prefix: str, _n: int) -> Call:
    user = _text(random.choice(("u1", "u2", "u3")))
    query: dict[str, Any] = {
        "TableName": f"{prefix}-payments",
        "IndexName": "by-user",
        "KeyConditionExpression": "user_id = :user",
        "ExpressionAttributeValues": {":user": user},
        "ScanIndexForward": random.random() < 0.5,
    }
    if random.random() < 0.4:  # after a payment that may have moved or never been there
        key = random.choice(PAYMENTS)
        created = f"2026-03-0{random.randrange(1, 4)}#{key}"
        query["ExclusiveStartKey"] = {
            "user_id": user,
            "created_at_id": _text(created),
            "payment_id": _text(key),
        }
    if random.random() < 0.6:
        query["Limit"] = random.randrange(1, 4)
    return "dynamodb", "Query", query


def _transaction(random: Random, prefix: str, n: int) -> Call:
    table = f"{prefix}-wallets"
    keys = random.sample(WALLETS, random.randrange(2, 4))
    items = [_wallet_write(random, table, *key) for key in keys]
    return (
        "dynamodb",
        "TransactWriteItems",
        {"TransactItems": items, "ClientRequestToken": f"{prefix}-{n}"},
    )


def _wallet_write(random: Random, table: str, wallet: str, entry: str) -> dict[str, Any]:
    key = {"wallet_id": _text(wallet), "entry": _text(entry)}
    if random.random() < 0.4:
        item = key | {"available": _number(random.randrange(9)), "version": _number(1)}
        condition = "attribute_not_exists(wallet_id)"
        return {"Put": {"TableName": table, "Item": item, "ConditionExpression": condition}}
    version = random.randrange(1, 4)
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET available = :available, version = :next",
            "ConditionExpression": "version = :version",
            "ExpressionAttributeValues": {
                ":available": _number(random.randrange(9)),
                ":version": _number(version),
                ":next": _number(version + 1),
            },
        }
    }


def _batch(random: Random, prefix: str, _n: int) -> Call:
    keys = [{"wallet_id": _text(w), "entry": _text(e)} for w, e in random.sample(WALLETS, 2)]
    request = {f"{prefix}-wallets": {"Keys": keys, "ConsistentRead": True}}
    return "dynamodb", "BatchGetItem", {"RequestItems": request}


def _park(random: Random, prefix: str, _n: int) -> Call:
    names = ("status", "parked_at_id", "parked_by_message")
    return (
        "dynamodb",
        "UpdateItem",
        {
            "TableName": f"{prefix}-failed-events",
            "Key": {"failed_event_id": _text(random.choice(("f1", "f2")))},
            "UpdateExpression": (
                "SET #status = :status, #parked_at_id = :parked_at_id, "
                "#parked_by_message = :parked_by_message, "
                "attempts = if_not_exists(attempts, :zero) + :one REMOVE purge_at"
            ),
            "ConditionExpression": (
                "attribute_not_exists(failed_event_id) OR #parked_by_message <> :parked_by_message"
            ),
            "ExpressionAttributeNames": {f"#{name}": name for name in names},
            "ExpressionAttributeValues": {
                ":status": _text("open"),
                ":parked_at_id": _text("2026"),
                ":parked_by_message": _text(random.choice(("m1", "m2"))),
                ":zero": _number(0),
                ":one": _number(1),
            },
        },
    )


def _review(random: Random, prefix: str, _n: int) -> Call:
    return (
        "dynamodb",
        "UpdateItem",
        {
            "TableName": f"{prefix}-failed-events",
            "Key": {"failed_event_id": _text(random.choice(("f1", "f2")))},
            "UpdateExpression": "SET #status = :status, note = :note, purge_at = :purge_at",
            "ConditionExpression": "#status = :open AND attempts = :attempts",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":status": _text(random.choice(("redriven", "discarded"))),
                ":note": _text("fixed"),
                ":purge_at": _number(1),
                ":open": _text("open"),
                ":attempts": _number(random.randrange(1, 4)),
            },
        },
    )
