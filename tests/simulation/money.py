"""Money is conserved on every write.

Per wallet, deposits are the balance plus what was deducted, and `reserved` is the sum of the open
reservations.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from tests.simulation.cloud.dynamodb import Change
from tests.simulation.cloud.expressions import Item

BALANCE: Final = "BALANCE"
DEPOSIT: Final = "DEPOSIT"
RESERVATION: Final = "RESERVATION#"


@dataclass(slots=True)
class Money:
    """All sums are by wallet, in minor units."""

    problem: Callable[[str], None]
    now_s: Callable[[], float]
    changed_s: dict[str, float] = field(default_factory=dict)
    deposited: Counter[str] = field(default_factory=Counter)
    deducted: Counter[str] = field(default_factory=Counter)
    reservations: Counter[str] = field(default_factory=Counter)
    available: Counter[str] = field(default_factory=Counter)
    reserved: Counter[str] = field(default_factory=Counter)

    def on_commit(self, changes: Iterable[Change]) -> None:
        """Check what one atomic write did to its wallets."""
        touched = dict.fromkeys(self._apply(change) for change in changes)
        for wallet in touched:
            self._check(wallet)

    def _apply(self, change: Change) -> str:
        wallet, entry = change.key
        if entry == DEPOSIT:
            wallet = change.new["deposited_to"]["S"]
            self.deposited[wallet] += amount(change.new)
            if change.old is not None:
                self.problem(f"deposit {change.key[0]} was written twice")
        elif entry == BALANCE:
            self.changed_s[wallet] = self.now_s()
            self.available[wallet] = int(change.new["available"]["N"])
            self.reserved[wallet] = int(change.new["reserved"]["N"])
        else:
            self._reservation(wallet, change)
        return wallet

    def _reservation(self, wallet: str, change: Change) -> None:
        before = change.old["status"]["S"] if change.old else "none"
        after = change.new["status"]["S"]
        if before == after:
            return
        if before == "reserved":
            self.reservations[wallet] -= amount(change.new)
        if after == "reserved":
            self.reservations[wallet] += amount(change.new)
        if after == "deducted":
            self.deducted[wallet] += amount(change.new)

    def check_refusal(self, wallet: str, value: int, reason: str, read_s: float) -> None:
        """Check a refusal against the balance as it was read."""
        changed_s = self.changed_s.get(wallet)
        if changed_s is not None and changed_s >= read_s:
            return
        wrong = {
            "wallet_not_found": changed_s is not None,
            "insufficient_funds": self.available[wallet] >= value,
        }
        if wrong.get(reason):
            self.problem(
                f"wallet {wallet} with {self.available[wallet]} available refused {value}: {reason}"
            )

    def check_refusal_among(self, changes: Sequence[Change], value: int, reason: str) -> None:
        """Check a refusal against the balance that its transaction replaces.

        It may have been decided after any of the transaction's reservations.
        """
        (balance,) = (change for change in changes if change.key[1] == BALANCE)
        before = int(balance.old["available"]["N"]) if balance.old else 0
        least = before - sum(
            amount(change.new)
            for change in changes
            if change.old is None and change.new.get("status", {}).get("S") == "reserved"
        )
        if reason == "wallet_not_found" or (reason == "insufficient_funds" and least >= value):
            self.problem(f"wallet {balance.key[0]} refused {value} with {least} left: {reason}")

    def _check(self, wallet: str) -> None:
        available, reserved = self.available[wallet], self.reserved[wallet]
        if available < 0 or reserved < 0:
            self.problem(f"wallet {wallet} is negative: {available} available, {reserved} reserved")
        if reserved != self.reservations[wallet]:
            self.problem(
                f"wallet {wallet} has {reserved} reserved, its open reservations have "
                f"{self.reservations[wallet]}"
            )
        posted = self.deposited[wallet] - self.deducted[wallet]
        if available + reserved != posted:
            self.problem(
                f"wallet {wallet} has {available} + {reserved}, but {self.deposited[wallet]} was "
                f"deposited and {self.deducted[wallet]} deducted"
            )

    def by_currency(self) -> dict[str, tuple[int, int, int]]:
        """Return what was deposited, posted and deducted, per currency."""
        totals: dict[str, tuple[int, int, int]] = {}
        for wallet in {*self.deposited, *self.available}:
            currency = wallet.rpartition("#")[2]
            deposited, posted, deducted = totals.get(currency, (0, 0, 0))
            totals[currency] = (
                deposited + self.deposited[wallet],
                posted + self.available[wallet] + self.reserved[wallet],
                deducted + self.deducted[wallet],
            )
        return totals


def amount(item: Item) -> int:
    return int(item["amount"]["N"])
