"""What wallet-service decides about each event. Pure: no AWS, no clock, no randomness."""

from __future__ import annotations

from typing import Literal, TypeAlias, assert_never

from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.payment_initiated import PaymentInitiated
from generated.events.wallet_funds_deducted import wallet_funds_deducted_from
from generated.events.wallet_funds_deposited import (
    WalletFundsDeposited,
    wallet_funds_deposited_from,
)
from generated.events.wallet_funds_released import wallet_funds_released_from
from generated.events.wallet_funds_reserved import wallet_funds_reserved_from
from generated.events.wallet_reservation_failed import wallet_reservation_failed_from
from generated.services.wallet_service import WalletServiceReceives, WalletServiceSends
from handlers.core.decision import Decision, again, unchanged
from handlers.core.errors import Permanent
from handlers.core.moves import NONE, already_made, moved
from handlers.core.problem import conflict
from handlers.wallet_service.wallet import (
    DEPOSIT_MOVES,
    MOVES,
    POSTED_MAX,
    Balance,
    Deposit,
    Deposited,
    PaymentFunds,
    ReservationStatus,
)

Decided: TypeAlias = Decision[PaymentFunds, WalletServiceSends]
RefusalReason: TypeAlias = Literal["insufficient_funds", "wallet_not_found", "expired"]


def decide(funds: PaymentFunds, event: WalletServiceReceives, now: str) -> Decided:
    """Dispatch an event to its decision.

    Raises Early or Permanent when the event does not fit the reservation.
    """
    reservation = funds.reservation
    if reservation and (reservation.user_id, reservation.amount) != (event.user_id, event.amount):
        raise Permanent(
            f"event is about another user or amount than reservation {event.payment_id}"
        )
    match event:
        case PaymentInitiated():
            return on_payment_initiated(funds, event, now)
        case GatewayPaymentApproved():
            return on_gateway_payment_approved(funds, event)
        case GatewayPaymentRejected():
            return on_gateway_payment_rejected(funds, event)
        case _:
            assert_never(event)


def on_payment_initiated(funds: PaymentFunds, event: PaymentInitiated, now: str) -> Decided:
    """Reserve the amount or refuse; for a payment already decided, announce the outcome again."""
    if funds.reservation:
        return again(funds)
    if now >= event.expires_at:
        return _refused(funds, event, "expired")
    if funds.balance is None:
        return _refused(funds, event, "wallet_not_found")
    if funds.balance.available < event.amount.value:
        return _refused(funds, event, "insufficient_funds")
    reserved = wallet_funds_reserved_from(event)
    state = funds.reserve(event.payment_id, event.user_id, event.amount)
    return moved(MOVES, NONE, "reserved", state, reserved, note="reserved")


def on_gateway_payment_approved(funds: PaymentFunds, event: GatewayPaymentApproved) -> Decided:
    """Take the reserved amount out of the wallet."""
    if _already(funds, event.payment_id, "deducted"):
        return unchanged(funds, "already deducted")
    deducted = wallet_funds_deducted_from(event)
    return moved(MOVES, "reserved", "deducted", funds.deduct(), deducted, note="deducted")


def on_gateway_payment_rejected(funds: PaymentFunds, event: GatewayPaymentRejected) -> Decided:
    """Make the amount available again; wallet.funds_released then fails the payment."""
    if _already(funds, event.payment_id, "released"):
        return unchanged(funds, "already released")
    released = wallet_funds_released_from(event)
    note = f"released: {event.reason}"
    return moved(MOVES, "reserved", "released", funds.release(), released, note=note)


def deposited(
    balance: Balance | None, deposit: Deposit
) -> Decision[Deposited, WalletFundsDeposited]:
    """Put a deposit into a wallet (None: the wallet's first money).

    Raises Problem 409 when the wallet would overflow.
    """
    before = balance or Balance(available=0, reserved=0)
    if before.posted + deposit.amount.value > POSTED_MAX:
        raise conflict(f"The wallet would hold more than {POSTED_MAX} minor units.")
    event = wallet_funds_deposited_from(deposit)
    state = Deposited(deposit, before.deposit(deposit.amount.value))
    return moved(DEPOSIT_MOVES, NONE, "deposited", state, event, note="deposited")


def _refused(funds: PaymentFunds, event: PaymentInitiated, reason: RefusalReason) -> Decided:
    failed = wallet_reservation_failed_from(event, reason=reason)
    state = funds.refuse(event.payment_id, event.user_id, event.amount)
    return moved(MOVES, NONE, "refused", state, failed, note=f"refused: {reason}")


def _already(funds: PaymentFunds, payment_id: str, wanted: ReservationStatus) -> bool:
    """Return whether the reservation has its move already. Raises Early or Permanent."""
    current = funds.reservation.status if funds.reservation else NONE
    if funds.reservation and funds.balance is None:
        raise Permanent(f"reservation of {payment_id} is in a wallet without a balance")
    return already_made(MOVES, current=current, wanted=wanted, thing=f"reservation of {payment_id}")
