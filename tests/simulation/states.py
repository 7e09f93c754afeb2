"""Every state moves as its table allows, one version at a time, with the event that names it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final

from handlers.core.identity import event_id as derived_event_id
from handlers.core.moves import NONE, Moves
from handlers.error_handler.failed_event import MOVES as FAILED_EVENT_MOVES
from handlers.gateway_processor.charge import MOVES as CHARGE_MOVES
from handlers.payment_orchestrator.payment import MOVES as PAYMENT_MOVES
from handlers.wallet_service.wallet import MOVES as RESERVATION_MOVES
from tests.simulation.cloud.dynamodb import Change
from tests.simulation.cloud.events import Entry
from tests.simulation.cloud.expressions import Item
from tests.simulation.keepers import KEEPERS, events, moves
from tests.simulation.texts import parsed

# The event that announces each state (none: it is not announced).
PAYMENT_EVENTS: Final = {
    "pending": "payment.initiated",
    "completed": "payment.completed",
    "failed": "payment.failed",
}
RESERVATION_EVENTS: Final = {
    "reserved": "wallet.funds_reserved",
    "refused": "wallet.reservation_failed",
    "deducted": "wallet.funds_deducted",
    "released": "wallet.funds_released",
}
CHARGE_EVENTS: Final = {
    "pending": None,
    "approved": "gateway.payment_approved",
    "declined": "gateway.payment_rejected",
    "expired": "gateway.payment_rejected",
}
MOVES: Final[Mapping[str, Moves]] = {
    "payment": PAYMENT_MOVES,
    "reservation": RESERVATION_MOVES,
    "charge": CHARGE_MOVES,
    "failed event": FAILED_EVENT_MOVES,
    **{str(row.noun): moves(row) for row in KEEPERS},
}
EVENTS: Final[Mapping[str, Mapping[str, str | None]]] = {
    "payment": PAYMENT_EVENTS,
    "reservation": RESERVATION_EVENTS,
    "charge": CHARGE_EVENTS,
    **{str(row.noun): events(row) for row in KEEPERS},
}


event_id = lru_cache(4096)(derived_event_id)


@dataclass(slots=True)
class States:
    problem: Callable[[str], None]
    written: dict[str, int] = field(default_factory=dict)  # announcement → how often published
    first: dict[str, str] = field(default_factory=dict)  # event id → event type

    def on_write(self, thing: str, change: Change) -> None:
        """Check a write of a payment, reservation, charge, failed event, or what a keeper keeps."""
        before = change.old["status"]["S"] if change.old else NONE
        after = change.new["status"]["S"]
        name = f"{thing} {change.key[-1]}"
        if before != after and after not in MOVES[thing][before]:
            self.problem(f"{name} moved from {before} to {after}")
        if thing == "failed event":
            return
        self._version(name, change)
        self._announced(name, EVENTS[thing][after], change, moved=before != after)

    def on_deposit(self, change: Change) -> None:
        self._announced("deposit", "wallet.funds_deposited", change, moved=True)

    def on_balance(self, change: Change) -> None:
        self._version(f"balance {change.key[0]}", change)

    def _version(self, name: str, change: Change) -> None:
        before = int(change.old["version"]["N"]) if change.old else 0
        after = int(change.new["version"]["N"])
        if after != before + 1:
            self.problem(f"{name} went from version {before} to {after}")

    def _announced(self, name: str, event_type: str | None, change: Change, *, moved: bool) -> None:
        text = change.new.get("outbox", {}).get("S")
        if event_type is None:
            if text is not None:
                self.problem(f"{name} announces {text}")
            return
        if text is None:
            self.problem(f"{name} is not announced")
            return
        event = parsed(text)
        if event["type"] != event_type:
            self.problem(f"{name} is {change.new.get('status')} but announces {event['type']}")
        subject = event["subject"]
        if (
            event["id"] != event_id(event_type, subject)
            or subject not in change.key[-1] + change.key[0]
        ):
            self.problem(f"{name} announces an event about {subject} with the id {event['id']}")
        self._facts(name, event, change.new)
        self._again(name, event, change, moved=moved)
        self.written.setdefault(text, 0)
        self.first.setdefault(event["id"], event_type)

    def _facts(self, name: str, event: Mapping[str, Any], item: Item) -> None:
        data = event["data"]
        if data["amount"]["value"] != int(item["amount"]["N"]):
            self.problem(f"{name} announces another amount: {data}")
        for field_name in ("user_id", "payee", "expires_at", "charge_id"):
            kept_so = item.get(field_name, {}).get("S")
            if field_name in data and kept_so not in (None, data[field_name]):
                self.problem(f"{name} announces another {field_name}: {data}")
        kept = item.get("failure_code", item.get("reason", {})).get("S")
        if "reason" in data and kept not in (None, data["reason"]):
            self.problem(f"{name} announces the reason {data['reason']}, and keeps {kept}")

    def _again(self, name: str, event: Mapping[str, Any], change: Change, *, moved: bool) -> None:
        times = event.get("reannounced", 0)
        if moved:
            if times:
                self.problem(f"{name} moved, but its event is marked as announced again")
            return
        before = parsed(change.old["outbox"]["S"]) if change.old else {}
        expected = {**before, "reannounced": before.get("reannounced", 0) + 1}
        if event != expected:
            self.problem(f"{name} did not move, but announces something else: {event}")

    def on_published(self, entry: Entry) -> None:
        """Check an event that the bus accepted."""
        if entry.detail not in self.written:
            self.problem(f"published what no state announces: {entry.detail}")
            return
        self.written[entry.detail] += 1
        event = parsed(entry.detail)
        if (event["source"], event["type"]) != (entry.source, entry.detail_type):
            self.problem(f"published as {entry.source} {entry.detail_type}: {entry.detail}")

    def unpublished(self) -> list[str]:
        return [text for text, times in self.written.items() if not times]
