"""What wallet-service makes of the events it hears. Pure: no AWS, no clock, no randomness."""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.payment_initiated import PaymentInitiated
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_deposited import WalletFundsDeposited
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_reservation_failed import WalletReservationFailed
from generated.services.wallet_service import WalletServiceReceives, WalletServiceSends
from handlers.core.decision import Decision, again, unchanged
from handlers.core.errors import Early, Permanent
from handlers.core.moves import NONE, is_made
from handlers.core.problem import conflict
from handlers.wallet_service.wallet import (
    MOVES,
    POSTED_MAX,
    Balance,
    Deposit,
    Held,
    Reservation,
    ReservationStatus,
)

Decided: TypeAlias = Decision[Held, WalletServiceSends]
RefusalReason: TypeAlias = Literal["insufficient_funds", "wallet_not_found", "expired"]


def decide(held: Held, event: WalletServiceReceives, now: str) -> Decided:
    """Raises Early or Permanent when the event does not fit the reservation."""
    reservation = held.reservation
    if reservation and (reservation.user_id, reservation.amount) != (event.user_id, event.amount):
        raise Permanent(
            f"event is about another user or amount than reservation {event.payment_id}"
        )
    match event:
        case PaymentInitiated():
            return on_payment_initiated(held, event, now)
        case GatewayPaymentApproved():
            return on_gateway_payment_approved(held, event)
        case GatewayPaymentRejected():
            return on_gateway_payment_rejected(held, event)
        case _:
            assert_never(event)


def on_payment_initiated(held: Held, event: PaymentInitiated, now: str) -> Decided:
    """Reserve the amount, or refuse; asked again, give the latest outcome again."""
    if held.reservation:
        return again(held)
    if now >= event.expires_at:
        return _refused(held, event, "expired")
    if held.balance is None:
        return _refused(held, event, "wallet_not_found")
    if held.balance.available < event.amount.value:
        return _refused(held, event, "insufficient_funds")
    reserved = WalletFundsReserved(
        payment_id=event.payment_id,
        user_id=event.user_id,
        amount=event.amount,
        payee=event.payee,
        expires_at=event.expires_at,
    )
    state = Held(held.balance.reserve(event.amount.value), _reservation(event, "reserved"))
    return Decision(state, (reserved,), note="reserved")


def on_gateway_payment_approved(held: Held, event: GatewayPaymentApproved) -> Decided:
    """Take the reserved amount out of the wallet."""
    balance, reservation = _open(held, event.payment_id, "deducted")
    if reservation is None:
        return unchanged(held, "already deducted")
    deducted = WalletFundsDeducted(
        payment_id=event.payment_id, user_id=event.user_id, amount=event.amount
    )
    state = Held(balance.deduct(event.amount.value), _moved(reservation, "deducted"))
    return Decision(state, (deducted,), note="deducted")


def on_gateway_payment_rejected(held: Held, event: GatewayPaymentRejected) -> Decided:
    """Give the reserved amount back; the orchestrator fails the payment when it hears
    wallet.funds_released.
    """
    balance, reservation = _open(held, event.payment_id, "released")
    if reservation is None:
        return unchanged(held, "already released")
    released = WalletFundsReleased(
        payment_id=event.payment_id,
        user_id=event.user_id,
        amount=event.amount,
        reason=event.reason,
    )
    state = Held(balance.release(event.amount.value), _moved(reservation, "released"))
    return Decision(state, (released,), note=f"released: {event.reason}")


def deposited(balance: Balance | None, deposit: Deposit) -> tuple[Balance, WalletFundsDeposited]:
    """The balance with the deposit in it, and its announcement.

    Raises Problem 409 when the wallet would overflow.
    """
    before = balance or Balance(available=0, reserved=0)
    if before.posted + deposit.amount.value > POSTED_MAX:
        raise conflict(f"The wallet would hold more than {POSTED_MAX} minor units.")
    event = WalletFundsDeposited(
        deposit_id=deposit.deposit_id, user_id=deposit.user_id, amount=deposit.amount
    )
    return before.deposit(deposit.amount.value), event


def _refused(held: Held, event: PaymentInitiated, reason: RefusalReason) -> Decided:
    failed = WalletReservationFailed(
        payment_id=event.payment_id, user_id=event.user_id, amount=event.amount, reason=reason
    )
    state = Held(held.balance, _reservation(event, "refused"))
    return Decision(state, (failed,), note=f"refused: {reason}")


def _reservation(event: PaymentInitiated, status: ReservationStatus) -> Reservation:
    return Reservation(
        payment_id=event.payment_id, user_id=event.user_id, amount=event.amount, status=status
    )


def _moved(reservation: Reservation, status: ReservationStatus) -> Reservation:
    return Reservation(
        payment_id=reservation.payment_id,
        user_id=reservation.user_id,
        amount=reservation.amount,
        status=status,
        version=reservation.version,
    )


def _open(
    held: Held, payment_id: str, wanted: ReservationStatus
) -> tuple[Balance, Reservation | None]:
    """Balance and reservation for a move; no reservation when the move was already made.

    Raises Early or Permanent.
    """
    reservation, balance = held.reservation, held.balance
    if reservation is None:
        raise Early(f"reservation of {payment_id} is {NONE}; it is too early for it to be {wanted}")
    if balance is None:
        raise Permanent(f"reservation of {payment_id} is in a wallet without a balance")
    made = is_made(
        MOVES, current=reservation.status, wanted=wanted, thing=f"reservation of {payment_id}"
    )
    return balance, None if made else reservation
