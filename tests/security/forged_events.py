"""Forged events: well-formed, but announced by no service."""

from __future__ import annotations

import json
from typing import Any, Final

from generated.catalogue import EVENTS
from handlers.core.identity import event_id
from tests.contracts.limits import any_value
from tests.contracts.payloads import CONTRACT
from tests.running.queues import consumer_queues

UNKNOWN_PAYMENT: Final = "pay_zzzzzzzzzzzzzzzzzzzzzzzzzz"
DEPOSIT: Final = "dep_zzzzzzzzzzzzzzzzzzzzzzzzzz"
NEVER: Final = "2099-01-01T00:00:00.000Z"
LONG_AGO: Final = "2026-01-01T00:00:00.000Z"
MADE_UP: Final = {
    "deposit_id": DEPOSIT,
    "payee": "coffee-shop-42",
    "expires_at": NEVER,
    "charge_id": "ch_forged",
}
# Event and queue of every reception that is not a measurement.
CONSUMED: Final = sorted(
    (event.type, queue) for event in EVENTS.values() for queue in consumer_queues(event.type)
)


def a_payment_of(user_id: str, **facts: Any) -> dict[str, Any]:
    """Return the facts that every event about a payment has."""
    amount = {"value": facts.pop("value", 400), "currency": facts.pop("currency", "NOK")}
    return {"payment_id": UNKNOWN_PAYMENT, "user_id": user_id, "amount": amount} | facts


def forged(event_type: str, **facts: Any) -> str:
    """Return the event as a message with every required field; what `facts` lack is made up."""
    schema = CONTRACT.event_schema(event_type)["properties"]["data"]
    made_up = MADE_UP | facts
    data = {
        name: made_up[name] if name in made_up else any_value(schema["properties"][name])
        for name in schema["required"]
    }
    subject = data.get("payment_id", DEPOSIT)
    envelope = {
        "specversion": "1.0",
        "id": event_id(event_type, subject),
        "source": EVENTS[event_type].producer,
        "type": event_type,
        "subject": subject,
        "time": LONG_AGO,
        "correlationid": "forged",
        "data": data,
    }
    return json.dumps(envelope)
