"""Charges in DynamoDB: key payment_id; what was asked of the gateway, what it said, and the outbox
of that.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from generated.common import Money
from generated.services.gateway_processor import GATEWAY_PROCESSOR_SENDS
from handlers.core.envelope import Cause, announced_again, announcement
from handlers.gateway_processor.charge import Charge
from handlers.gateway_processor.decisions import Decided
from handlers.runtime.commit import Item, commit, number, optional_text, reading, text, with_texts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

SOURCE = "gateway-processor"


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
        charge = decided.state
        if decided.kind == "unchanged":
            return
        outbox = announced_again(charge.outbox or "{}") if decided.kind == "again" else None
        event = decided.announced
        if event is not None:
            outbox = announcement(
                event,
                event_type=GATEWAY_PROCESSOR_SENDS[type(event)],
                source=SOURCE,
                subject=charge.payment_id,
                time=now,
                cause=cause,
            )
        write = self._update(charge, outbox) if charge.version else self._put(charge, outbox)
        commit(self.dynamodb, [write])

    def _put(self, charge: Charge, outbox: str | None) -> Any:
        return {
            "Put": {
                "TableName": self.table,
                "Item": _item(charge) | with_texts({"outbox": outbox}),
                "ConditionExpression": "attribute_not_exists(payment_id)",
            }
        }

    def _update(self, charge: Charge, outbox: str | None) -> Any:
        sets = {
            "status": charge.status,
            "charge_id": charge.charge_id,
            "reason": charge.reason,
            "outbox": outbox,
        }
        there = {name: value for name, value in sets.items() if value is not None}
        assignments = [f"#{name} = :{name}" for name in there] + ["version = :next"]
        return {
            "Update": {
                "TableName": self.table,
                "Key": {"payment_id": text(charge.payment_id)},
                "UpdateExpression": "SET " + ", ".join(assignments),
                "ConditionExpression": "version = :version",
                "ExpressionAttributeNames": {f"#{name}": name for name in there},
                "ExpressionAttributeValues": {
                    **{f":{name}": text(value) for name, value in there.items()},
                    ":version": number(charge.version),
                    ":next": number(charge.version + 1),
                },
            }
        }


def _item(charge: Charge) -> dict[str, dict[str, str]]:
    return {
        **with_texts(
            {
                "payment_id": charge.payment_id,
                "user_id": charge.user_id,
                "status": charge.status,
                "currency": charge.amount.currency,
                "payee": charge.payee,
                "expires_at": charge.expires_at,
                "charge_id": charge.charge_id,
                "reason": charge.reason,
            }
        ),
        "amount": number(charge.amount.value),
        "version": number(1),
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
