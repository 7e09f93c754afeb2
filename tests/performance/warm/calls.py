"""One call of each kind to AWS, answered before it is sent: what botocore itself takes."""

from __future__ import annotations

import json
from typing import Any, Final

from botocore.awsrequest import AWSResponse

from handlers.runtime import aws
from handlers.runtime.commit import number, text
from tests.builders import ENVIRONMENT, PAY_1, reserved, travelling
from tests.performance.instructions import Subject

TABLE: Final = ENVIRONMENT["WALLETS_TABLE"]
KEY: Final = {"wallet_id": text("alice#USD"), "entry": text("BALANCE")}
PAYMENT: Final = {"payment_id": text(PAY_1)}


class Raw:
    """A response's body, as urllib3 would give it."""

    def __init__(self, body: bytes) -> None:
        self._body = body

    def stream(self) -> list[bytes]:
        return [self._body]


def calls() -> dict[str, Subject]:
    """Named by operation."""
    dynamodb, events = aws.dynamodb(), aws.events()
    item = {**KEY, "available": number(1000), "reserved": number(0), "version": number(7)}
    _answer(dynamodb, "GetItem", {"Item": item})
    _answer(dynamodb, "UpdateItem", {})
    _answer(dynamodb, "TransactWriteItems", {})
    _answer(events, "PutEvents", {"FailedEntryCount": 0, "Entries": [{"EventId": "1"}]})
    update: Any = {
        "TableName": TABLE,
        "Key": KEY,
        "UpdateExpression": "SET available = :available, version = :next",
        "ConditionExpression": "version = :version",
        "ExpressionAttributeValues": {
            ":available": number(500),
            ":version": number(7),
            ":next": number(8),
        },
    }
    both: Any = [{"Update": update}, {"Update": {**update, "Key": PAYMENT}}]
    entry: Any = {
        "EventBusName": ENVIRONMENT["EVENT_BUS"],
        "Source": "wallet-service",
        "DetailType": "wallet.funds_reserved",
        "Detail": travelling(reserved()),
    }
    return {
        "GetItem": lambda: dynamodb.get_item(TableName=TABLE, Key=KEY, ConsistentRead=True),
        "UpdateItem": lambda: dynamodb.update_item(**update),
        "TransactWriteItems": lambda: dynamodb.transact_write_items(TransactItems=both),
        "PutEvents": lambda: events.put_events(Entries=[entry]),
    }


def _answer(client: Any, operation: str, document: dict[str, Any]) -> None:
    """Give this operation's calls an answer instead of sending them."""
    body = json.dumps(document).encode()
    headers: Any = {"content-type": "application/x-amz-json-1.0", "content-length": str(len(body))}
    service = client.meta.service_model.service_name

    def respond(request: Any, **_more: object) -> AWSResponse:
        return AWSResponse(request.url, 200, headers, Raw(body))

    client.meta.events.register(f"before-send.{service}.{operation}", respond)
