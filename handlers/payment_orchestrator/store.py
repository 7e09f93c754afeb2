"""Payments in DynamoDB: key payment_id, index by-user newest first, each with the outbox of its
latest write.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from generated.common import Money
from generated.services.payment_orchestrator import PAYMENT_ORCHESTRATOR_SENDS
from handlers.core.envelope import Cause
from handlers.payment_orchestrator.decisions import Decided
from handlers.payment_orchestrator.payment import Payment
from handlers.runtime.commit import (
    Item,
    Outbox,
    batch_get,
    changed_item,
    commit,
    new_item,
    number,
    optional_text,
    put_new,
    reading,
    text,
    with_texts,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

    from generated.api.payment_orchestrator import PaymentStatus

OUTBOX = Outbox("payment-orchestrator", PAYMENT_ORCHESTRATOR_SENDS)
INDEX = "by-user"
QUERIES_MAX = 5  # how many times keys, then payments, are read to fill a page of a filtered list


@dataclass(frozen=True, slots=True)
class Page:
    """Payments, newest first, and the position after the last one read; none at the end."""

    payments: tuple[Payment, ...]
    position: str | None


@dataclass(frozen=True, slots=True)
class Payments:
    dynamodb: DynamoDBClient
    table: str

    def create(self, decided: Decided, cause: Cause) -> Payment | None:
        """Record a new payment with its announcement; return the existing one, if there is one.

        Raises Retryable.
        """
        payment = decided.state
        outbox = OUTBOX.of(
            decided, subject=payment.payment_id, before=None, now=payment.created_at, cause=cause
        )
        item = _item(payment) | with_texts({"outbox": outbox})
        found = put_new(self.dynamodb, new_item(self.table, item, key="payment_id"))
        return _payment(found) if found else None

    def fetch(self, payment_id: str) -> Payment | None:
        """Raises Retryable."""
        answer = reading(
            "read a payment",
            lambda: self.dynamodb.get_item(
                TableName=self.table, Key={"payment_id": text(payment_id)}, ConsistentRead=True
            ),
        )
        return _payment(answer["Item"]) if "Item" in answer else None

    def commit(self, decided: Decided, *, cause: Cause, now: str) -> None:
        """Write what was decided about a payment, with its announcement.

        Raises Conflict or Retryable.
        """
        if decided.kind == "unchanged":
            return
        payment = decided.state
        outbox = OUTBOX.of(
            decided, subject=payment.payment_id, before=payment.outbox, now=now, cause=cause
        )
        changes = with_texts(
            {
                "status": payment.status,
                "updated_at": payment.updated_at,
                "failure_code": payment.failure_code,
                "outbox": outbox,
            }
        )
        key = {"payment_id": text(payment.payment_id)}
        commit(self.dynamodb, [changed_item(self.table, key, changes, version=payment.version)])

    def page(
        self, user_id: str, *, status: PaymentStatus | None, size: int, position: str | None
    ) -> Page:
        """Up to `size` payments of the user after `position`. Raises Retryable."""
        found: list[Payment] = []
        for _ in range(QUERIES_MAX):
            ids, position = self._ids(user_id, size - len(found), position)
            payments = self._by_id(ids)
            found.extend(p for p in payments if status is None or p.status == status)
            if position is None or len(found) == size:
                break
        return Page(tuple(found), position)

    def _ids(
        self, user_id: str, limit: int, position: str | None
    ) -> tuple[Sequence[str], str | None]:
        """Up to `limit` payment ids of the user after `position`, and the position after them."""
        query: QueryInputTypeDef = {
            "TableName": self.table,
            "IndexName": INDEX,
            "KeyConditionExpression": "user_id = :user",
            "ExpressionAttributeValues": {":user": text(user_id)},
            "ScanIndexForward": False,
            "Limit": limit,
        }
        if position:
            query["ExclusiveStartKey"] = {
                "user_id": text(user_id),
                "created_at_id": text(position),
                "payment_id": text(position.rpartition("#")[2]),
            }
        answer = reading("list payments", lambda: self.dynamodb.query(**query))
        last = answer.get("LastEvaluatedKey")
        next_position = optional_text(last, "created_at_id") if last else None
        return [item["payment_id"]["S"] for item in answer["Items"]], next_position

    def _by_id(self, payment_ids: Sequence[str]) -> list[Payment]:
        keys = [{"payment_id": text(payment_id)} for payment_id in payment_ids]
        items = batch_get(self.dynamodb, self.table, keys, doing="list payments")
        return [_payment(item) for item in items]


def _item(payment: Payment) -> dict[str, dict[str, str]]:
    metadata = json.dumps(dict(payment.metadata)) if payment.metadata is not None else None
    return {
        **with_texts(
            {
                "payment_id": payment.payment_id,
                "user_id": payment.user_id,
                "status": payment.status,
                "currency": payment.amount.currency,
                "payee": payment.payee,
                "created_at": payment.created_at,
                "created_at_id": f"{payment.created_at}#{payment.payment_id}",
                "updated_at": payment.updated_at,
                "expires_at": payment.expires_at,
                "request_fingerprint": payment.request_fingerprint,
                "description": payment.description,
                "metadata": metadata,
                "failure_code": payment.failure_code,
            }
        ),
        "amount": number(payment.amount.value),
    }


def _payment(item: Item) -> Payment:
    metadata = optional_text(item, "metadata")
    return Payment(
        payment_id=item["payment_id"]["S"],
        user_id=item["user_id"]["S"],
        status=item["status"]["S"],
        amount=Money(value=int(item["amount"]["N"]), currency=item["currency"]["S"]),
        payee=item["payee"]["S"],
        created_at=item["created_at"]["S"],
        updated_at=item["updated_at"]["S"],
        expires_at=item["expires_at"]["S"],
        request_fingerprint=item["request_fingerprint"]["S"],
        version=int(item["version"]["N"]),
        description=optional_text(item, "description"),
        metadata=json.loads(metadata) if metadata is not None else None,
        failure_code=optional_text(item, "failure_code"),
        outbox=optional_text(item, "outbox"),
    )
