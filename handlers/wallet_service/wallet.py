"""A wallet: a balance per user and currency, and the reservations that hold parts of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from generated.common import Money
from handlers.core.moves import NONE, Moves

MOVES: Final[Moves] = {
    NONE: {"reserved", "refused"},
    "reserved": {"deducted", "released"},
    "deducted": set(),
    "released": set(),
    "refused": set(),
}

POSTED_MAX: Final = 999_999_999_999_999  # minor units in one wallet

ReservationStatus: TypeAlias = Literal["reserved", "deducted", "released", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """Minor units; posted = available + reserved, and none is ever negative."""

    available: int
    reserved: int
    version: int = 0

    def __post_init__(self) -> None:
        if self.available < 0 or self.reserved < 0:
            raise ValueError(f"a balance is never negative: {self}")

    @property
    def posted(self) -> int:
        return self.available + self.reserved

    def reserve(self, value: int) -> Balance:
        return replace(self, available=self.available - value, reserved=self.reserved + value)

    def deduct(self, value: int) -> Balance:
        return replace(self, reserved=self.reserved - value)

    def release(self, value: int) -> Balance:
        return replace(self, available=self.available + value, reserved=self.reserved - value)

    def deposit(self, value: int) -> Balance:
        return replace(self, available=self.available + value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reservation:
    payment_id: str
    user_id: str
    amount: Money
    status: ReservationStatus
    version: int = 0
    outbox: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """One payment's view of a wallet: the balance (none: no such wallet) and its reservation (none:
    not seen yet).
    """

    balance: Balance | None
    reservation: Reservation | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    deposit_id: str
    user_id: str
    amount: Money
    created_at: str
    request_fingerprint: str


def wallet_id(user_id: str, currency: str) -> str:
    return f"{user_id}#{currency}"
