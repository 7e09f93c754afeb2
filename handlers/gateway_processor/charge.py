"""A charge: what was asked of the gateway for a payment, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from generated.common import Money
from handlers.core.moves import NONE, Moves

MOVES: Final[Moves] = {
    NONE: {"pending", "expired"},
    "pending": {"approved", "declined", "expired"},
    "approved": set(),
    "declined": set(),
    "expired": set(),
}

ChargeStatus: TypeAlias = Literal["pending", "approved", "declined", "expired"]

EXPIRED_REASON: Final = "reservation_expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """`pending` is written before the gateway is called, so a crash in between is found and
    inquired about.
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

    def approved(self, charge_id: str) -> Charge:
        return replace(self, status="approved", charge_id=charge_id)

    def declined(self, code: str) -> Charge:
        return replace(self, status="declined", reason=code)

    def expired(self) -> Charge:
        return replace(self, status="expired", reason=EXPIRED_REASON)
