"""A payment: what it is, and which moves it can make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from generated.api.payment_orchestrator import PaymentStatus
from generated.common import Money
from handlers.core.moves import NONE, Moves

MOVES: Final[Moves] = {
    NONE: {"pending"},
    "pending": {"completed", "failed"},
    "completed": set(),
    "failed": set(),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment as it is stored; `version` counts its writes, `request_fingerprint` is that of its
    first request.
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
    metadata: Mapping[str, str] | None = None
    failure_code: str | None = None
    outbox: str | None = None

    def completed(self, now: str) -> Payment:
        return replace(self, status="completed", updated_at=now)

    def failed(self, reason: str, now: str) -> Payment:
        return replace(self, status="failed", failure_code=reason, updated_at=now)

    def at_first(self) -> Payment:
        """The payment as its first answer showed it."""
        return replace(self, status="pending", failure_code=None, updated_at=self.created_at)
