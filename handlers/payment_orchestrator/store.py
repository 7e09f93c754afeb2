"""Payments in DynamoDB: key payment_id, index by-user newest first, each with the outbox of its
latest write.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from generated.common import Money
from generated.services.payment_orchestrator import PAYMENT_ORCHESTRATOR_SENDS
from handlers.core.envelope import Cause, announced_again, announcement
from handlers.payment_orchestrator.decisions import Decided, initiated
from handlers.payment_orchestrator.payment import Payment
from handlers.runtime.aws import as_failure
from handlers.runtime.commit import (
    Item,
    batch_get,
    commit,
    existing_item,
    number,
    optional_text,
    reading,
    text,
    with_texts,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

    from generated.api.payment_orchestrator import PaymentStatus

SOURCE = "payment-orchestrator"
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

    def create(self, payment: Payment, cause: Cause) -> Payment | None:
        """Record a new payment with its announcement; the payment that is there already, if one is.

        Raises Retryable.
        """
        announced = announcement(
            initiated(payment),
            event_type="payment.initiated",
            source=SOURCE,
            subject=payment.payment_id,
            time=payment.created_at,
            cause=cause,
        )
        try:
            self.dynamodb.put_item(
                TableName=self.table,
                Item=_item(replace(payment, outbox=announced)),
                ConditionExpression="attribute_not_exists(payment_id)",
                ReturnValuesOnConditionCheckFailure="ALL_OLD",
            )
        except ClientError as error:
            found = existing_item(error)
            if found is None:
                raise as_failure(error, "create a payment") from error
            return _payment(found)
        except BotoCoreError as error:
            raise as_failure(error, "create a payment") from error
        return None

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
        payment = decided.state
        if decided.kind == "unchanged":
            return
        if decided.kind == "again":
            outbox = announced_again(payment.outbox or "{}")
        else:
            (event,) = decided.events
            outbox = announcement(
                event,
                event_type=PAYMENT_ORCHESTRATOR_SENDS[type(event)],
                source=SOURCE,
                subject=payment.payment_id,
                time=now,
                cause=cause,
            )
        failure = {"failure_code": payment.failure_code} if payment.failure_code else {}
        sets = {"status": payment.status, "updated_at": payment.updated_at, "outbox": outbox}
        sets |= failure
        assignments = [f"#{name} = :{name}" for name in sets] + ["version = :next"]
        update = {
            "TableName": self.table,
            "Key": {"payment_id": text(payment.payment_id)},
            "UpdateExpression": "SET " + ", ".join(assignments),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeNames": {f"#{name}": name for name in sets},
            "ExpressionAttributeValues": {
                **{f":{name}": text(value) for name, value in sets.items()},
                ":version": number(payment.version),
                ":next": number(payment.version + 1),
            },
        }
        commit(self.dynamodb, [{"Update": update}])  # type: ignore[typeddict-item]

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
                "outbox": payment.outbox,
            }
        ),
        "amount": number(payment.amount.value),
        "version": number(payment.version),
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
