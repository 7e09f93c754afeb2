"""wallet-service: reserve, deduct, release, refuse; duplicate, early and impossible events."""

import pytest

from generated.services.wallet_service import WalletServiceReceives
from handlers.core.decision import Decision
from handlers.core.errors import Early, Permanent
from handlers.core.problem import Problem
from handlers.wallet_service import decisions
from handlers.wallet_service.decisions import decide
from handlers.wallet_service.wallet import POSTED_MAX, Balance, Deposit, PaymentFunds
from tests.builders import (
    ALICE,
    BOB,
    EXPIRES,
    LATER,
    NOW,
    a_balance,
    a_reservation,
    approved,
    deducted,
    initiated,
    money,
    rejected,
    released,
    reservation_failed,
    reserved,
)

pytestmark = pytest.mark.wallet_service

EVERY: list[WalletServiceReceives] = [initiated(), approved(), rejected()]


@pytest.mark.parametrize("available", [500, 501, 10_000])
def test_a_payment_reserves_its_amount(available: int) -> None:
    decided = decide(
        PaymentFunds(a_balance(available=available, reserved=7), None), initiated(), NOW
    )

    assert decided.state == PaymentFunds(
        a_balance(available=available - 500, reserved=507), a_reservation(version=0)
    )
    assert decided.events == (reserved(),)


@pytest.mark.parametrize(
    ("balance", "now", "reason"),
    [
        (a_balance(available=499), NOW, "insufficient_funds"),
        (a_balance(available=0, reserved=500), NOW, "insufficient_funds"),
        (None, NOW, "wallet_not_found"),
        (a_balance(available=500), EXPIRES, "expired"),
        (None, LATER, "expired"),
    ],
)
def test_a_refusal_is_recorded_and_moves_nothing(
    balance: Balance | None, now: str, reason: str
) -> None:
    decided = decide(PaymentFunds(balance, None), initiated(), now)

    assert decided.state == PaymentFunds(balance, a_reservation(status="refused", version=0))
    assert decided.events == (reservation_failed(reason=reason),)


def test_the_last_moment_before_the_deadline_is_in_time() -> None:
    decided = decide(PaymentFunds(a_balance(), None), initiated(), "2026-03-01T12:14:59.999Z")

    assert decided.events == (reserved(),)


@pytest.mark.parametrize("status", ["reserved", "refused", "deducted", "released"])
@pytest.mark.parametrize("now", [NOW, LATER])
def test_a_duplicate_payment_gets_the_latest_outcome_again(status: str, now: str) -> None:
    funds = PaymentFunds(a_balance(), a_reservation(status=status))

    decided = decide(funds, initiated(), now)

    assert (decided.kind, decided.state, decided.events) == ("again", funds, ())


def test_an_approved_payment_takes_its_amount_out() -> None:
    decided = decide(
        PaymentFunds(a_balance(available=7, reserved=600), a_reservation(amount=500)),
        approved(),
        NOW,
    )

    assert decided.state == PaymentFunds(
        a_balance(available=7, reserved=100), a_reservation(amount=500, status="deducted")
    )
    assert decided.events == (deducted(),)


def test_a_rejected_payment_gives_its_reservation_back() -> None:
    decided = decide(
        PaymentFunds(a_balance(available=7, reserved=600), a_reservation(amount=500)),
        rejected(reason="lost_card"),
        NOW,
    )

    assert decided.state == PaymentFunds(
        a_balance(available=507, reserved=100), a_reservation(amount=500, status="released")
    )
    assert decided.events == (released(reason="lost_card"),)


@pytest.mark.parametrize(("status", "event"), [("deducted", approved()), ("released", rejected())])
def test_a_duplicate_answer_changes_and_announces_nothing(
    status: str, event: WalletServiceReceives
) -> None:
    funds = PaymentFunds(a_balance(), a_reservation(status=status))

    decided = decide(funds, event, NOW)

    assert decided == Decision(funds, kind="unchanged", note=f"already {status}")


@pytest.mark.parametrize(
    ("status", "event"),
    [
        ("deducted", rejected()),
        ("released", approved()),
        ("refused", approved()),
        ("refused", rejected()),
    ],
)
def test_a_closed_reservation_never_moves(status: str, event: WalletServiceReceives) -> None:
    with pytest.raises(Permanent, match=f"is {status} and can never be"):
        decide(PaymentFunds(a_balance(), a_reservation(status=status)), event, NOW)


@pytest.mark.parametrize("event", [approved(), rejected()])
@pytest.mark.parametrize("balance", [a_balance(), None])
def test_an_answer_that_overtook_its_reservation_is_early(
    event: WalletServiceReceives, balance: Balance | None
) -> None:
    with pytest.raises(Early, match="too early"):
        decide(PaymentFunds(balance, None), event, NOW)


@pytest.mark.parametrize("event", [approved(), rejected()])
def test_a_reservation_without_a_balance_needs_an_operator(event: WalletServiceReceives) -> None:
    with pytest.raises(Permanent, match="without a balance"):
        decide(PaymentFunds(None, a_reservation()), event, NOW)


@pytest.mark.parametrize("event", EVERY, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(
    "changes", [{"user_id": BOB}, {"amount": money(501)}, {"amount": money(500, "EUR")}]
)
def test_an_event_about_another_user_or_amount_is_impossible(
    event: WalletServiceReceives, changes: dict[str, object]
) -> None:
    with pytest.raises(Permanent, match="another user or amount"):
        decide(PaymentFunds(a_balance(), a_reservation()), event.model_copy(update=changes), NOW)


@pytest.mark.parametrize(("available", "reserved"), [(-1, 0), (0, -1)])
def test_a_balance_is_never_negative(available: int, reserved: int) -> None:
    with pytest.raises(ValueError, match="must not be negative"):
        a_balance(available=available, reserved=reserved)


def a_deposit(value: int) -> Deposit:
    return Deposit(
        deposit_id="dep_" + "a" * 26,
        user_id=ALICE,
        amount=money(value),
        created_at=NOW,
        request_fingerprint="first",
    )


@pytest.mark.parametrize(
    "before", [None, a_balance(available=0, reserved=0), a_balance(available=5, reserved=7)]
)
def test_a_deposit_increases_the_balance_by_its_amount(before: Balance | None) -> None:
    decided = decisions.deposited(before, a_deposit(100))

    old = before or Balance(available=0, reserved=0)
    assert decided.state.balance == Balance(
        available=old.available + 100, reserved=old.reserved, version=old.version
    )
    (event,) = decided.events
    assert (event.user_id, event.amount) == (ALICE, money(100))


@pytest.mark.parametrize(("available", "reserved"), [(0, 10), (10, 0), (4, 6)])
def test_a_wallet_holds_its_limit_and_no_more(available: int, reserved: int) -> None:
    before = a_balance(available=POSTED_MAX - 20 + available, reserved=reserved)

    decided = decisions.deposited(before, a_deposit(10))
    with pytest.raises(Problem) as refusal:
        decisions.deposited(before, a_deposit(11))

    assert decided.state.balance.posted == POSTED_MAX
    assert refusal.value.status == 409
