"""A pipeline of the same shape that does nothing: what the emulator itself can carry.

Every hop of a payment is there (request, write, stream, bus, queue, write …), and each writes one
item unconditionally. Nothing is read, checked or decided, and no gateway is asked. One word is
logged, because the emulator waits 50 ms for a function that says nothing.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from typing import Any

import botocore.session

session = botocore.session.get_session()
dynamodb: Any = session.create_client("dynamodb")
events: Any = session.create_client("events")

# Queue → table, event and state that the hop writes.
HOPS = {
    "payment-initiated": ("WALLETS_TABLE", "wallet-service", "wallet.funds_reserved"),
    "wallet-funds_reserved": ("CHARGES_TABLE", "gateway-processor", "gateway.payment_approved"),
    "gateway-payment_approved": ("WALLETS_TABLE", "wallet-service", "wallet.funds_deducted"),
    "wallet-funds_deducted": ("PAYMENTS_TABLE", "payment-orchestrator", "payment.completed"),
}


def say(word: str) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


def api(event: dict[str, Any], _context: object) -> dict[str, Any]:
    if not event.get("body"):  # only to be started: not every API of the pipeline has a table
        return {"statusCode": 200, "headers": {}, "body": ""}
    payment = json.loads(event["body"])
    payment["payment_id"] = f"pay_{uuid.uuid4().hex}"
    write("PAYMENTS_TABLE", "payment-orchestrator", "payment.initiated", payment, "pending")
    say("created")
    return {"statusCode": 201, "headers": {}, "body": json.dumps(payment)}


def consumer(event: dict[str, Any], _context: object) -> dict[str, Any]:
    for record in event.get("Records", ()):
        hop = HOPS.get(record["eventSourceARN"].rpartition("--")[2])
        if hop:
            write(*hop, json.loads(record["body"])["data"], "completed")
    say("consumed")
    return {"batchItemFailures": []}


def stream(event: dict[str, Any], _context: object) -> None:
    outboxes = [json.loads(r["dynamodb"]["NewImage"]["outbox"]["S"]) for r in event["Records"]]
    entries: list[Any] = [
        {
            "EventBusName": os.environ["EVENT_BUS"],
            "Source": outbox["source"],
            "DetailType": outbox["type"],
            "Detail": json.dumps(outbox),
        }
        for outbox in outboxes
    ]
    for start in range(0, len(entries), 10):
        events.put_events(Entries=entries[start : start + 10])
    say("published")


def write(table: str, source: str, event_type: str, data: dict[str, Any], status: str) -> None:
    outbox = json.dumps({"type": event_type, "source": source, "data": data})
    item: dict[str, Any] = {
        "payment_id": {"S": data["payment_id"]},
        "status": {"S": status},
        "outbox": {"S": outbox},
    }
    if table == "WALLETS_TABLE":
        item |= {"wallet_id": {"S": data["payment_id"]}, "entry": {"S": "NOTHING"}}
    dynamodb.put_item(TableName=os.environ[table], Item=item)
