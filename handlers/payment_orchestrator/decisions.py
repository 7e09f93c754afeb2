"""What payment-orchestrator decides about each event. Pure: no AWS, no clock, no randomness."""

from __future__ import annotations

from typing import Final, TypeAlias, assert_never

from generated.events.payment_completed import payment_completed_from
from generated.events.payment_failed import payment_failed_from
from generated.events.payment_initiated import payment_initiated_from
from generated.events.payment_initiated_after_deadline import PaymentInitiatedAfterDeadline
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_reservation_failed import WalletReservationFailed
from generated.services.payment_orchestrator import (
    PaymentOrchestratorReceives,
    PaymentOrchestratorSends,
)
from handlers.core.decision import Decision, again, unchanged
from handlers.core.envelope import times_announced_again
from handlers.core.errors import Early, Permanent
from handlers.core.moves import NONE, already_made, moved
from handlers.payment_orchestrator.payment import MOVES, Payment

Decided: TypeAlias = Decision[Payment, PaymentOrchestratorSends]

# How often a payment is announced again after its deadline, before it needs an operator.
ASKS_MAX: Final = 3


def created(payment: Payment) -> Decided:
    """Announce a new payment."""
    event = payment_initiated_from(payment)
    return moved(MOVES, NONE, "pending", payment, event, note="created")


def decide(
    payment: Payment | None, event: PaymentOrchestratorReceives, now: str, *, reannounced: int = 0
) -> Decided:
    """Dispatch an event to its decision.

    `reannounced`: how often the event had been announced again when it was sent. Raises Early or
    Permanent when the event does not fit the payment.
    """
    if payment is None:
        raise Early(f"payment {event.payment_id} does not exist yet: it is {NONE}")
    if payment.user_id != event.user_id or payment.amount != event.amount:
        raise Permanent(f"event is about another user or amount than payment {event.payment_id}")
    match event:
        case PaymentInitiatedAfterDeadline():
            return on_payment_initiated_after_deadline(payment, event, now, reannounced)
        case WalletReservationFailed():
            return on_wallet_reservation_failed(payment, event, now)
        case WalletFundsDeducted():
            return on_wallet_funds_deducted(payment, event, now)
        case WalletFundsReleased():
            return on_wallet_funds_released(payment, event, now)
        case _:
            assert_never(event)


def on_payment_initiated_after_deadline(
    payment: Payment, event: PaymentInitiatedAfterDeadline, now: str, reannounced: int
) -> Decided:
    """Announce a payment again that is still pending: that repairs whatever got lost on its way.

    Each announcement is followed by one more at most, so that its duplicates do not use up the
    attempts at once.
    """
    if now < event.expires_at:
        why = f"payment {payment.payment_id} has time until {event.expires_at}"
        raise Early(why, until=event.expires_at)
    if payment.status != "pending":
        return unchanged(payment, f"already {payment.status}")
    times = times_announced_again(payment.outbox or "{}")
    if reannounced < times:
        return unchanged(payment, "already announced again")
    if times >= ASKS_MAX:
        raise Permanent(
            f"payment {payment.payment_id} is still pending after {ASKS_MAX} more announcements"
        )
    return again(payment)


def on_wallet_reservation_failed(
    payment: Payment, event: WalletReservationFailed, now: str
) -> Decided:
    """Fail the payment with the wallet's reason."""
    return _failed(payment, event.reason, now)


def on_wallet_funds_released(payment: Payment, event: WalletFundsReleased, now: str) -> Decided:
    """Fail the payment with the gateway's reason."""
    return _failed(payment, event.reason, now)


def on_wallet_funds_deducted(payment: Payment, event: WalletFundsDeducted, now: str) -> Decided:
    """Complete the payment."""
    if _already(payment, "completed"):
        return unchanged(payment, "already completed")
    state = payment.complete(now)
    completed = payment_completed_from(state)
    return moved(MOVES, payment.status, "completed", state, completed, note="completed")


def _failed(payment: Payment, reason: str, now: str) -> Decided:
    if _already(payment, "failed"):
        return unchanged(payment, "already failed")
    state = payment.fail(reason, now)
    failed = payment_failed_from(state, reason=reason)
    return moved(MOVES, payment.status, "failed", state, failed, note=f"failed: {reason}")


def _already(payment: Payment, wanted: str) -> bool:
    return already_made(
        MOVES, current=payment.status, wanted=wanted, thing=f"payment {payment.payment_id}"
    )
