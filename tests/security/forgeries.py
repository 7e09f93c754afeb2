"""Well-formed events of the contract that nobody announced."""

from __future__ import annotations

import json
from typing import Any, Final

from generated.catalogue import EVENTS
from handlers.core.identity import event_id
from tests.flows.town import consumer_queues

UNKNOWN_PAYMENT: Final = "pay_zzzzzzzzzzzzzzzzzzzzzzzzzz"
DEPOSIT: Final = "dep_zzzzzzzzzzzzzzzzzzzzzzzzzz"
NEVER: Final = "2099-01-01T00:00:00.000Z"
LONG_AGO: Final = "2026-01-01T00:00:00.000Z"
# Which events tell more than payment, user and amount.
FURTHER: Final = {
    "payment.initiated": ("payee", "expires_at"),
    "payment.failed": ("reason",),
    "wallet.funds_reserved": ("payee", "expires_at"),
    "wallet.reservation_failed": ("reason",),
    "wallet.funds_released": ("reason",),
    "gateway.payment_approved": ("charge_id",),
    "gateway.payment_rejected": ("reason",),
}
# Event and queue of every reception that is not a measurement.
CONSUMED: Final = sorted(
    (event.type, queue) for event in EVENTS.values() for queue in consumer_queues(event.type)
)


def a_payment_of(user_id: str, **facts: Any) -> dict[str, Any]:
    """What events say of a payment."""
    amount = {"value": facts.pop("value", 400), "currency": facts.pop("currency", "NOK")}
    return {"payment_id": UNKNOWN_PAYMENT, "user_id": user_id, "amount": amount} | facts


def forged(event_type: str, **facts: Any) -> str:
    """The event as a message; what `facts` leave open is made up."""
    made_up = {
        "payee": "coffee-shop-42",
        "expires_at": NEVER,
        "reason": "do_not_honor",
        "charge_id": "ch_forged",
    }
    if event_type == "wallet.reservation_failed":
        made_up["reason"] = "insufficient_funds"
    names = ("payment_id", "user_id", "amount", *FURTHER.get(event_type, ()))
    data = {name: (made_up | facts)[name] for name in names}
    if event_type == "wallet.funds_deposited":
        data["deposit_id"] = DEPOSIT
        del data["payment_id"]
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
