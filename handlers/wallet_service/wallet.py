"""A wallet: a balance per user and currency, and the reservations that hold parts of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final, Literal, TypeAlias

from generated.common import Money
from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.payment_initiated import PaymentInitiated
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_deposited import WalletFundsDeposited
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_reservation_failed import WalletReservationFailed
from handlers.core.moves import NONE, Move, Moves

MOVES: Final[Moves] = {
    NONE: {
        "reserved": Move(on=(PaymentInitiated,), announces=WalletFundsReserved),
        "refused": Move(on=(PaymentInitiated,), announces=WalletReservationFailed),
    },
    "reserved": {
        "deducted": Move(on=(GatewayPaymentApproved,), announces=WalletFundsDeducted),
        "released": Move(on=(GatewayPaymentRejected,), announces=WalletFundsReleased),
    },
    "deducted": {},
    "released": {},
    "refused": {},
}

DEPOSIT_MOVES: Final[Moves] = {
    NONE: {"deposited": Move(on=("createDeposit",), announces=WalletFundsDeposited)},
    "deposited": {},
}

POSTED_MAX: Final = 999_999_999_999_999  # minor units in one wallet

ReservationStatus: TypeAlias = Literal["reserved", "deducted", "released", "refused"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """A wallet's money in minor units; posted = available + reserved, and none is negative."""

    available: int
    reserved: int
    version: int = 0

    def __post_init__(self) -> None:
        if self.available < 0 or self.reserved < 0:
            raise ValueError(f"a balance must not be negative: {self}")

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
    """What became of a payment's wish for money of a wallet."""

    payment_id: str
    user_id: str
    amount: Money
    status: ReservationStatus
    version: int = 0
    outbox: str | None = None


@dataclass(frozen=True, slots=True)
class PaymentFunds:
    """The funds of one payment: the wallet's balance and what is reserved for the payment.

    No balance: the wallet does not exist. No reservation: the payment is not known yet.
    """

    balance: Balance | None
    reservation: Reservation | None

    def reserve(self, payment_id: str, user_id: str, amount: Money) -> PaymentFunds:
        """Return the funds with the amount reserved. Raises ValueError beyond what is available."""
        if self.balance is None:
            raise ValueError(f"there is no wallet to reserve {payment_id} in")
        reservation = Reservation(
            payment_id=payment_id, user_id=user_id, amount=amount, status="reserved"
        )
        return PaymentFunds(self.balance.reserve(amount.value), reservation)

    def refuse(self, payment_id: str, user_id: str, amount: Money) -> PaymentFunds:
        """Return the funds with a reservation that is refused: the balance stays as it is."""
        reservation = Reservation(
            payment_id=payment_id, user_id=user_id, amount=amount, status="refused"
        )
        return PaymentFunds(self.balance, reservation)

    def deduct(self) -> PaymentFunds:
        """Return the funds with the reserved amount gone. Raises ValueError when there is none."""
        balance, reservation = self._both()
        return PaymentFunds(
            balance.deduct(reservation.amount.value), replace(reservation, status="deducted")
        )

    def release(self) -> PaymentFunds:
        """Return the funds with the amount available again. Raises ValueError as `deduct` does."""
        balance, reservation = self._both()
        return PaymentFunds(
            balance.release(reservation.amount.value), replace(reservation, status="released")
        )

    def _both(self) -> tuple[Balance, Reservation]:
        if self.balance is None or self.reservation is None:
            raise ValueError("nothing is reserved")
        return self.balance, self.reservation


@dataclass(frozen=True, slots=True, kw_only=True)
class Deposit:
    """Money that was put into a wallet, under the id of the request that did it."""

    deposit_id: str
    user_id: str
    amount: Money
    created_at: str
    request_fingerprint: str


@dataclass(frozen=True, slots=True)
class Deposited:
    """A deposit, and the balance of its wallet with the deposit in it."""

    deposit: Deposit
    balance: Balance


def wallet_id(user_id: str, currency: str) -> str:
    return f"{user_id}#{currency}"
