"""A charge: what the gateway was asked for a payment, and the outcome."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from generated.common import Money
from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_funds_reserved_at_expiry import WalletFundsReservedAtExpiry
from handlers.core.moves import NONE, Move, Moves
from handlers.gateway_processor.gateway import Approved, Cancelled, Declined

MOVES: Final[Moves] = {
    NONE: {
        "pending": Move(on=(WalletFundsReserved,)),
        "expired": Move(
            on=(WalletFundsReserved, WalletFundsReservedAtExpiry),
            announces=GatewayPaymentRejected,
        ),
    },
    "pending": {
        "approved": Move(on=(Approved,), announces=GatewayPaymentApproved),
        "declined": Move(on=(Declined,), announces=GatewayPaymentRejected),
        "expired": Move(on=(Cancelled,), announces=GatewayPaymentRejected),
    },
    "approved": {},
    "declined": {},
    "expired": {},
}

ChargeStatus: TypeAlias = Literal["pending", "approved", "declined", "expired"]

EXPIRED_REASON: Final = "reservation_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """A charge as it is stored.

    `pending` is written before the gateway is called, so that after a crash the next delivery finds
    it and inquires.
    """

    payment_id: str
    user_id: str
    amount: Money
    payee: str
    expires_at: str
    status: ChargeStatus
    version: int = 0
    charge_id: str | None = None
    reason: str | None = None
    outbox: str | None = None

    def approve(self, charge_id: str) -> Charge:
        """Return the charge with the gateway's id of it."""
        return replace(self, status="approved", charge_id=charge_id)

    def decline(self, code: str) -> Charge:
        """Return the charge with the gateway's decline code."""
        return replace(self, status="declined", reason=code)

    def expire(self) -> Charge:
        """Return the charge as one that never will be made."""
        return replace(self, status="expired", reason=EXPIRED_REASON)
