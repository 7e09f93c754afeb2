"""A payment: what it is, and which moves it can make."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from generated.api.payment_orchestrator import PaymentStatus
from generated.common import Money
from generated.events.payment_completed import PaymentCompleted
from generated.events.payment_failed import PaymentFailed
from generated.events.payment_initiated import PaymentInitiated
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_reservation_failed import WalletReservationFailed
from handlers.core.moves import NONE, Move, Moves

MOVES: Final[Moves] = {
    NONE: {"pending": Move(on=("createPayment",), announces=PaymentInitiated)},
    "pending": {
        "completed": Move(on=(WalletFundsDeducted,), announces=PaymentCompleted),
        "failed": Move(
            on=(WalletReservationFailed, WalletFundsReleased),
            announces=PaymentFailed,
        ),
    },
    "completed": {},
    "failed": {},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment as it is stored.

    `version` counts its writes, `request_fingerprint` is that of its first request.
    """

    payment_id: str
    user_id: str
    status: PaymentStatus
    amount: Money
    payee: str
    created_at: str
    updated_at: str
    expires_at: str
    request_fingerprint: str
    version: int
    description: str | None = None
    metadata: dict[str, str] | None = None
    failure_code: str | None = None
    outbox: str | None = None

    def complete(self, now: str) -> Payment:
        """Return the payment with its money gone from the wallet."""
        return replace(self, status="completed", updated_at=now)

    def fail(self, reason: str, now: str) -> Payment:
        """Return the payment as failed, with the reason that its user may read."""
        return replace(self, status="failed", failure_code=reason, updated_at=now)

    def at_first(self) -> Payment:
        """Return the payment as its first answer showed it."""
        return replace(self, status="pending", failure_code=None, updated_at=self.created_at)
