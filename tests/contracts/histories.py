"""Histories before an event: one for every state that its receiver's machine can be in.

A history consists of real events through the real entry points, so that the service can reach each
of these states.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from generated.common import Money
from handlers.core.envelope import Cause
from handlers.core.moves import Moves
from handlers.gateway_processor.charge import MOVES as CHARGE_MOVES
from handlers.payment_orchestrator.decisions import created
from handlers.payment_orchestrator.payment import MOVES as PAYMENT_MOVES
from handlers.payment_orchestrator.payment import Payment
from handlers.payment_orchestrator.store import Payments
from handlers.runtime import aws
from handlers.wallet_service.decisions import deposited
from handlers.wallet_service.store import Wallets
from handlers.wallet_service.wallet import MOVES as RESERVATION_MOVES
from handlers.wallet_service.wallet import Balance, Deposit, wallet_id
from infra.contracts.documents import Pair
from tests.builders import ENVIRONMENT, NOW
from tests.contracts.payloads import example
from tests.in_memory.gateway import DECLINING, SILENT
from tests.in_memory.system import System

NEVER: Final = "9999-12-31T23:59:59.999Z"
PAYEE: Final = "coffee-shop-42"
Facts: TypeAlias = Mapping[str, Any]  # the data of the event that follows
History: TypeAlias = Callable[[System, Facts], None]


@dataclass(frozen=True, slots=True)
class Machine:
    """Where a service stores the state of a payment, and the moves of that state."""

    table: str
    moves: Moves
    histories: tuple[History, ...]


def about(facts: Facts) -> dict[str, Any]:
    return {name: facts[name] for name in ("payment_id", "user_id", "amount")}


def envelope(event: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the event's published example with this data."""
    return {**example(event), "subject": data["payment_id"], "data": dict(data)}


def nothing(_world: System, _facts: Facts) -> None:
    """Do nothing: the event is the first that the service receives about the payment."""


def pending(system: System, facts: Facts) -> None:
    payment = Payment(
        payment_id=facts["payment_id"],
        user_id=facts["user_id"],
        status="pending",
        amount=Money(**facts["amount"]),
        payee=PAYEE,
        created_at=NOW,
        updated_at=NOW,
        expires_at=NEVER,
        request_fingerprint="first",
        version=1,
    )
    with system.in_place():
        Payments(aws.dynamodb(), ENVIRONMENT["PAYMENTS_TABLE"]).create(
            created(payment), Cause("cor-1")
        )


def completed(system: System, facts: Facts) -> None:
    pending(system, facts)
    _receive(system, "payment-orchestrator", "wallet.funds_deducted", about(facts))


def failed(system: System, facts: Facts) -> None:
    pending(system, facts)
    data = {**about(facts), "reason": "do_not_honor"}
    _receive(system, "payment-orchestrator", "wallet.funds_released", data)


def funded(system: System, facts: Facts) -> None:
    """Give the payer a wallet with more than the amount."""
    amount = Money(**facts["amount"])
    wallet = wallet_id(facts["user_id"], amount.currency)
    deposit = Deposit(
        deposit_id="dep_" + "a" * 26,
        user_id=facts["user_id"],
        amount=amount,
        created_at=NOW,
        request_fingerprint="first",
    )
    with system.in_place():
        wallets = Wallets(aws.dynamodb(), ENVIRONMENT["WALLETS_TABLE"])
        decided = deposited(Balance(available=1, reserved=0), deposit)
        wallets.commit_deposit(decided, before=wallets.balance(wallet), cause=Cause("cor-1"))


def refused(system: System, facts: Facts) -> None:
    _receive(system, "wallet-service", "payment.initiated", _question(facts))


def reserved(system: System, facts: Facts) -> None:
    funded(system, facts)
    _receive(system, "wallet-service", "payment.initiated", _question(facts))


def deducted(system: System, facts: Facts) -> None:
    reserved(system, facts)
    data = {**about(facts), "charge_id": "ch_1"}
    _receive(system, "wallet-service", "gateway.payment_approved", data)


def released(system: System, facts: Facts) -> None:
    reserved(system, facts)
    data = {**about(facts), "reason": "do_not_honor"}
    _receive(system, "wallet-service", "gateway.payment_rejected", data)


def approved(system: System, facts: Facts) -> None:
    _charged(system, facts, PAYEE)


def declined(system: System, facts: Facts) -> None:
    _charged(system, facts, DECLINING)


def unknown(system: System, facts: Facts) -> None:
    _charged(system, facts, SILENT)


def _charged(system: System, facts: Facts, payee: str) -> None:
    data = {**_question(facts), "payee": payee}
    _receive(system, "gateway-processor", "wallet.funds_reserved", data)


def _question(facts: Facts) -> dict[str, Any]:
    return {**about(facts), "payee": PAYEE, "expires_at": NEVER}


def after(history: History, pair: Pair, event: Mapping[str, Any]) -> System:
    """Return a system ready for the event; for a delayed copy, the deadline has passed."""
    system = System()
    history(system, event["data"])
    system.relay()
    if pair.delayed:
        system.time.now = NEVER
    return system


def _receive(system: System, service: str, event: str, data: Mapping[str, Any]) -> None:
    system.deliver(service, event, envelope(event, data))


# Each service that consumes events needs a row with its possible histories, or its pair tests fail.
MACHINES: Final[Mapping[str, Machine]] = {
    "payment-orchestrator": Machine(
        "payments", PAYMENT_MOVES, (nothing, pending, completed, failed)
    ),
    "wallet-service": Machine(
        "wallets",
        RESERVATION_MOVES,
        (nothing, funded, refused, reserved, deducted, released),
    ),
    "gateway-processor": Machine("charges", CHARGE_MOVES, (nothing, unknown, approved, declined)),
    "metrics-collector": Machine("payments", {"none": {}}, (nothing,)),
}
