"""(c) What producers announce in every journey of a payment, captured behind the relay.

Events travel through the template's own rules. Each is validated against its published schema, and
each event of the contract is announced by its producer at least once. Of two versions only one is
announced: the other has x-announced-as, and announcing it fails here.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final

import pytest

from generated.catalogue import EVENTS
from infra.contracts.documents import OPENAPI
from tests.builders import ALICE, PAYEE, a_request, answered
from tests.contracts.bus import Delivery, deliveries
from tests.contracts.payloads import CONTRACT, violations
from tests.in_memory.gateway import DECLINING, SILENT
from tests.in_memory.system import Entry, System

STEPS_MAX: Final = 100


class Journey:
    """A payment on its way through all services; delayed copies wait until the deadline."""

    def __init__(self) -> None:
        self.system = System()
        self.entries: list[Entry] = []
        self.late: list[Delivery] = []

    def deposit(self, value: int = 1_000) -> None:
        self._ask("wallet-service", "createDeposit", {"amount": _money(value)}, currency="USD")
        self.settle()

    def pay(self, payee: str = PAYEE, value: int = 500) -> str:
        body = {"amount": _money(value), "payee": payee}
        document = self._ask("payment-orchestrator", "createPayment", body)
        return str(document["payment_id"])

    def _ask(self, service: str, operation: str, body: Any, **path: str) -> Any:
        resource, method = next(
            (at, verb.upper())
            for at, verb, _, spec in CONTRACT.operations(OPENAPI)
            if spec["operationId"] == operation
        )
        request = a_request(
            method,
            resource,
            path=path,
            headers={"Idempotency-Key": "key-1"},
            body=body,
            groups="operator",
        )
        status, document = answered(self.system.invoke(f"{service}-api", request))
        assert status == 201, document
        return document

    def settle(self) -> None:
        """Deliver until only delayed copies are left."""
        for _ in range(STEPS_MAX):
            entries = self.system.relay()
            if not entries:
                return
            self.entries += entries
            for entry in entries:
                for delivery in deliveries(entry):
                    self._deliver(delivery)
        raise AssertionError("the events never end")

    def _deliver(self, delivery: Delivery) -> None:
        if delivery.delay_s:
            self.late.append(delivery)
        elif delivery.queue is None:
            self.system.invoke(delivery.function, json.loads(delivery.body))
        else:
            service = delivery.queue.partition("--")[0]
            self.system.consume(service, delivery.queue, delivery.body)

    def reach_deadline(self) -> None:
        self.system.time.pass_s(901)
        late, self.late = self.late, []
        for delivery in late:
            self._deliver(Delivery(delivery.function, delivery.queue, 0, delivery.body))
        self.settle()

    def status(self, payment_id: str) -> str:
        request = a_request(
            "GET", "/payments/{payment_id}", path={"payment_id": payment_id}, user=ALICE
        )
        _, document = answered(self.system.invoke("payment-orchestrator-api", request))
        return str(document.get("failure_code") or document["status"])


def _money(value: int) -> dict[str, Any]:
    return {"value": value, "currency": "USD"}


def paid(journey: Journey) -> str:
    journey.deposit()
    payment = journey.pay()
    journey.settle()
    return payment


def declined(journey: Journey) -> str:
    journey.deposit()
    payment = journey.pay(DECLINING)
    journey.settle()
    return payment


def without_wallet(journey: Journey) -> str:
    payment = journey.pay()
    journey.settle()
    return payment


def without_money(journey: Journey) -> str:
    journey.deposit(499)
    payment = journey.pay()
    journey.settle()
    return payment


def reserved_too_late(journey: Journey) -> str:
    journey.deposit()
    payment = journey.pay()
    journey.system.time.pass_s(901)
    journey.settle()
    return payment


def never_answered(journey: Journey) -> str:
    journey.deposit()
    payment = journey.pay(SILENT)
    journey.settle()
    assert journey.status(payment) == "pending"
    journey.reach_deadline()
    return payment


def asked_again(journey: Journey) -> str:
    """Lose the first announcement; the deadline's copy asks again, too late to reserve."""
    journey.deposit()
    payment = journey.pay()
    (lost,) = journey.system.relay()
    journey.entries.append(lost)
    journey.late += [d for d in deliveries(lost) if d.delay_s]
    journey.reach_deadline()
    return payment


# Every journey of a payment, and the reason of its failure.
JOURNEYS: Final[dict[Callable[[Journey], str], str]] = {
    paid: "completed",
    declined: "do_not_honor",
    without_wallet: "wallet_not_found",
    without_money: "insufficient_funds",
    reserved_too_late: "expired",
    never_answered: "reservation_expired",
    asked_again: "expired",
}


def announced(journey: Callable[[Journey], str]) -> list[Entry]:
    made = Journey()
    journey(made)
    return made.entries


@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda j: j.__name__)
def test_every_announced_event_is_granted_and_valid(
    journey: Callable[[Journey], str],
) -> None:
    made = Journey()
    payment = journey(made)

    assert made.status(payment) == JOURNEYS[journey]
    assert made.system.parked() == []
    for entry in made.entries:
        event = json.loads(entry.detail)
        assert violations(entry.detail_type, event) == []
        assert entry.source == event["source"] == EVENTS[entry.detail_type].producer
        assert entry.detail_type == event["type"]


def test_every_event_except_a_replaced_version_is_announced_by_its_producer_on_some_journey() -> (
    None
):
    seen = {(entry.detail_type, entry.source) for j in JOURNEYS for entry in announced(j)}

    expected = {(p.event, p.producer) for p in CONTRACT.pairs if p.event in CONTRACT.announced}
    assert seen == expected


def test_every_reason_of_the_contract_is_given_on_some_journey() -> None:
    schema = CONTRACT.event_schema("wallet.reservation_failed")["properties"]["data"]
    given = {
        json.loads(entry.detail)["data"]["reason"]
        for journey in JOURNEYS
        for entry in announced(journey)
        if entry.detail_type == "wallet.reservation_failed"
    }

    assert given == set(schema["properties"]["reason"]["enum"])
