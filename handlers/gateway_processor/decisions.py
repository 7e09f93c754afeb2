"""What gateway-processor decides about each event and each answer of the gateway.

Pure: no AWS, no clock, no network.
"""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from generated.events.gateway_payment_approved import gateway_payment_approved_from
from generated.events.gateway_payment_rejected import gateway_payment_rejected_from
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_funds_reserved_at_expiry import WalletFundsReservedAtExpiry
from generated.services.gateway_processor import GatewayProcessorReceives, GatewayProcessorSends
from handlers.core.decision import Decision, again, unchanged
from handlers.core.errors import Early, Permanent, Retryable
from handlers.core.moves import NONE, moved
from handlers.gateway_processor.charge import EXPIRED_REASON, MOVES, Charge
from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    Declined,
    NotFound,
    Unknown,
)

Decided: TypeAlias = Decision[Charge, GatewayProcessorSends]
Question: TypeAlias = Literal["charge", "inquire", "cancel"]


def decide(charge: Charge | None, event: GatewayProcessorReceives, now: str) -> Decided:
    """Dispatch an event to its decision; about a `pending` charge the gateway is asked next.

    See first_question. Raises Early or Permanent when the event does not fit the charge.
    """
    if charge and (charge.user_id, charge.amount) != (event.user_id, event.amount):
        raise Permanent(f"event is about another user or amount than charge {event.payment_id}")
    match event:
        case WalletFundsReserved():
            return on_wallet_funds_reserved(charge, event, now)
        case WalletFundsReservedAtExpiry():
            return on_wallet_funds_reserved_at_expiry(charge, event, now)
        case _:
            assert_never(event)


def on_wallet_funds_reserved(
    charge: Charge | None, event: WalletFundsReserved, now: str
) -> Decided:
    """Claim the charge before the gateway is called, never after the reservation's end."""
    if charge is None:
        if now >= event.expires_at:
            return _expired(NONE, _charge(event))
        return moved(MOVES, NONE, "pending", _charge(event), note="claimed")
    if charge.status == "pending":
        return unchanged(charge, "outcome unknown")
    return again(charge)


def on_wallet_funds_reserved_at_expiry(
    charge: Charge | None, event: WalletFundsReservedAtExpiry, now: str
) -> Decided:
    """Close the charge, unless money may have moved: then the gateway is asked first."""
    if now < event.expires_at:
        why = f"reservation of {event.payment_id} has time until {event.expires_at}"
        raise Early(why, until=event.expires_at)
    if charge is None:
        return _expired(NONE, _charge(event))
    if charge.status == "pending":
        return unchanged(charge, "outcome unknown at expiry")
    return unchanged(charge, f"already {charge.status}")


def first_question(decided: Decided, now: str) -> Question | None:
    """Return what to ask the gateway after a decision (None: nothing is open).

    Charge what was just claimed, inquire about what may be charged. After the reservation's end
    only cancelling the key helps: its answer says what was charged or declined, and it rules out
    any later charge.
    """
    charge = decided.state
    if charge.status != "pending":
        return None
    if now >= charge.expires_at:
        return "cancel"
    return "charge" if decided.kind == "moved" else "inquire"


def on_answer(charge: Charge, asked: Question, answer: Answer, now: str) -> Decided | Question:
    """Return what follows from the gateway's answer: the charge's end, or the next question.

    Raises Retryable when the outcome stays unknown.
    """
    late = now >= charge.expires_at
    match answer:
        case Approved(charge_id=charge_id):
            return _approved(charge.approve(charge_id), charge_id)
        case Declined(code=code):
            return _rejected("pending", charge.decline(code), code)
        case Cancelled():
            return _expired("pending", charge)
        case NotFound():
            # A request still under way may charge later; its key makes asking again safe.
            return "cancel" if late else "charge"
        case Unknown(why=why):
            if asked == "charge":
                return "cancel" if late else "inquire"
            if asked == "inquire" and late:
                return "cancel"
            raise Retryable(f"gateway outcome of {charge.payment_id} is unknown: {why}")
        case _:
            assert_never(answer)


def _charge(event: WalletFundsReserved | WalletFundsReservedAtExpiry) -> Charge:
    return Charge(
        payment_id=event.payment_id,
        user_id=event.user_id,
        amount=event.amount,
        payee=event.payee,
        expires_at=event.expires_at,
        status="pending",
    )


def _approved(charge: Charge, charge_id: str) -> Decided:
    event = gateway_payment_approved_from(charge, charge_id=charge_id)
    return moved(MOVES, "pending", charge.status, charge, event, note="approved")


def _rejected(before: str, charge: Charge, reason: str) -> Decided:
    event = gateway_payment_rejected_from(charge, reason=reason)
    return moved(MOVES, before, charge.status, charge, event, note=f"rejected: {reason}")


def _expired(before: str, charge: Charge) -> Decided:
    return _rejected(before, charge.expire(), EXPIRED_REASON)
