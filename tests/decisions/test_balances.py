"""Any events in any order, batched in any way: money is conserved."""

from collections import Counter
from dataclasses import dataclass, field

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from generated.services.wallet_service import WalletServiceMessage
from handlers.core.decision import Decision
from handlers.wallet_service.fold import Wallet, fold, rounds
from handlers.wallet_service.wallet import Reservation
from tests.builders import (
    ALICE,
    LATER,
    NOW,
    a_balance,
    approved,
    initiated,
    money,
    payment_ids,
    rejected,
)
from tests.decisions.test_fold import message

pytestmark = pytest.mark.wallet_service

PAYMENTS = payment_ids(6)
KINDS = {"initiated": initiated, "approved": approved, "rejected": rejected}
# An amount follows from its payment: an event about another amount is refused elsewhere.
EVENTS = st.builds(
    lambda kind, number: message(
        KINDS[kind](payment_id=PAYMENTS[number], amount=money(100 * (number + 1)))
    ),
    st.sampled_from(sorted(KINDS)),
    st.integers(0, len(PAYMENTS) - 1),
)
BATCHES = st.lists(
    st.tuples(st.lists(EVENTS, max_size=8), st.sampled_from([NOW, LATER])), max_size=6
)


@dataclass
class History:
    """A wallet as a store would keep it, and everything that was announced."""

    start: int
    wallet: Wallet = field(init=False)
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.wallet = Wallet(f"{ALICE}#USD", a_balance(available=self.start), {})

    def receive(self, batch: list[WalletServiceMessage], now: str) -> None:
        for turn in rounds(batch):
            folded = fold(self.wallet, turn, now)
            kept = dict(self.wallet.reservations)
            for received, decided in folded.decisions:
                assert isinstance(decided, Decision)
                assert decided.state.reservation is not None
                kept[received.data.payment_id] = decided.state.reservation
                for event in decided.events:
                    self.moves[event.payment_id, type(event).__name__] += 1  # type: ignore[union-attr]
            self.wallet = Wallet(self.wallet.wallet_id, folded.balance, kept)

    def held(self, status: str) -> int:
        reservations: list[Reservation] = list(self.wallet.reservations.values())
        return sum(r.amount.value for r in reservations if r.status == status)


def after(start: int, batches: list[tuple[list[WalletServiceMessage], str]]) -> History:
    history = History(start)
    for batch, now in batches:
        history.receive(batch, now)
    return history


@settings(max_examples=60, deadline=None, derandomize=True)
@given(start=st.integers(0, 1500), batches=BATCHES)
def test_money_is_conserved(
    start: int, batches: list[tuple[list[WalletServiceMessage], str]]
) -> None:
    history = after(start, batches)

    balance = history.wallet.balance
    assert balance is not None
    assert balance.posted == start - history.held("deducted")
    assert balance.reserved == history.held("reserved")
    assert balance.available >= 0


@settings(max_examples=60, deadline=None, derandomize=True)
@given(start=st.integers(0, 1500), batches=BATCHES)
def test_each_reservation_opens_once_and_closes_at_most_once(
    start: int, batches: list[tuple[list[WalletServiceMessage], str]]
) -> None:
    history = after(start, batches)

    for payment in history.wallet.reservations:
        announced = Counter({kind: n for (p, kind), n in history.moves.items() if p == payment})
        assert announced["WalletFundsReserved"] + announced["WalletReservationFailed"] == 1
        assert announced["WalletFundsDeducted"] + announced["WalletFundsReleased"] <= 1


@settings(max_examples=60, deadline=None, derandomize=True)
@given(start=st.integers(0, 1500), events=st.lists(EVENTS, max_size=12))
def test_one_batch_comes_to_the_same_as_its_rounds_one_by_one(
    start: int, events: list[WalletServiceMessage]
) -> None:
    in_order = [event for turn in rounds(events) for event in turn]

    together = after(start, [(events, NOW)])
    alone = after(start, [([event], NOW) for event in in_order])

    assert together.wallet == alone.wallet
    assert together.moves == alone.moves
