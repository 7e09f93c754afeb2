"""Charges in DynamoDB: key payment_id, each with the outbox of its latest write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generated.common import Money
from generated.services.gateway_processor import GATEWAY_PROCESSOR_SENDS
from handlers.core.envelope import Cause
from handlers.gateway_processor.charge import Charge
from handlers.gateway_processor.decisions import Decided
from handlers.runtime.commit import (
    Attributes,
    Item,
    Outbox,
    changed_item,
    commit,
    new_item,
    number,
    optional_text,
    reading,
    text,
    with_texts,
)

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

OUTBOX = Outbox("gateway-processor", GATEWAY_PROCESSOR_SENDS)


@dataclass(frozen=True, slots=True)
class Charges:
    dynamodb: DynamoDBClient
    table: str

    def fetch(self, payment_id: str) -> Charge | None:
        """Raises Retryable."""
        answer = reading(
            "read a charge",
            lambda: self.dynamodb.get_item(
                TableName=self.table, Key={"payment_id": text(payment_id)}, ConsistentRead=True
            ),
        )
        return _charge(answer["Item"]) if "Item" in answer else None

    def commit(self, decided: Decided, *, cause: Cause, now: str) -> None:
        """Write what was decided about a charge, with its announcement.

        Raises Conflict or Retryable.
        """
        if decided.kind == "unchanged":
            return
        charge = decided.state
        outbox = OUTBOX.of(
            decided, subject=charge.payment_id, before=charge.outbox, now=now, cause=cause
        )
        changes = with_texts(
            {
                "status": charge.status,
                "charge_id": charge.charge_id,
                "reason": charge.reason,
                "outbox": outbox,
            }
        )
        key = {"payment_id": text(charge.payment_id)}
        if charge.version:
            write = changed_item(self.table, key, changes, version=charge.version)
        else:
            write = new_item(self.table, key | _item(charge) | changes, key="payment_id")
        commit(self.dynamodb, [write])


def _item(charge: Charge) -> Attributes:
    """Return what never changes of a charge."""
    return {
        "user_id": text(charge.user_id),
        "amount": number(charge.amount.value),
        "currency": text(charge.amount.currency),
        "payee": text(charge.payee),
        "expires_at": text(charge.expires_at),
    }


def _charge(item: Item) -> Charge:
    return Charge(
        payment_id=item["payment_id"]["S"],
        user_id=item["user_id"]["S"],
        amount=Money(value=int(item["amount"]["N"]), currency=item["currency"]["S"]),
        payee=item["payee"]["S"],
        expires_at=item["expires_at"]["S"],
        status=item["status"]["S"],
        version=int(item["version"]["N"]),
        charge_id=optional_text(item, "charge_id"),
        reason=optional_text(item, "reason"),
        outbox=optional_text(item, "outbox"),
    )
