"""Fold a batch of events over one wallet: decide each after the ones before it, write once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from generated.services.wallet_service import WalletServiceMessage
from handlers.core.decision import Decision
from handlers.core.errors import Failure
from handlers.wallet_service.decisions import Decided, decide
from handlers.wallet_service.wallet import Balance, PaymentFunds, Reservation


@dataclass(frozen=True, slots=True)
class Wallet:
    """A balance (None: the wallet does not exist) and the reservations of a batch's payments."""

    wallet_id: str
    balance: Balance | None
    reservations: Mapping[str, Reservation]


@dataclass(frozen=True, slots=True)
class Step:
    """The outcome of one message."""

    message: WalletServiceMessage
    decided: Decided | Failure


@dataclass(frozen=True, slots=True)
class Folded:
    balance: Balance | None
    steps: tuple[Step, ...]

    @property
    def decisions(self) -> tuple[tuple[WalletServiceMessage, Decided], ...]:
        """The decisions that write something."""
        return tuple(
            (step.message, step.decided)
            for step in self.steps
            if isinstance(step.decided, Decision) and step.decided.kind != "unchanged"
        )


def fold(wallet: Wallet, messages: Sequence[WalletServiceMessage], now: str) -> Folded:
    """Decide the messages in turn; one that fails leaves the fold and affects no other.

    The messages are about different payments (see rounds), so that each item is written at most
    once.
    """
    balance = wallet.balance
    steps: list[Step] = []
    for message in messages:
        funds = PaymentFunds(balance, wallet.reservations.get(message.data.payment_id))
        try:
            decided = decide(funds, message.data, now)
        except Failure as failure:
            steps.append(Step(message, failure))
            continue
        balance = decided.state.balance
        steps.append(Step(message, decided))
    return Folded(balance, tuple(steps))


def rounds(messages: Sequence[WalletServiceMessage]) -> list[list[WalletServiceMessage]]:
    """Return the messages in groups without two about the same payment, earliest first."""
    made: list[list[WalletServiceMessage]] = []
    seen: dict[str, int] = {}
    for message in messages:
        turn = seen.get(message.data.payment_id, 0)
        seen[message.data.payment_id] = turn + 1
        if turn == len(made):
            made.append([])
        made[turn].append(message)
    return made
