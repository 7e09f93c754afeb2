"""A batch of events over one wallet: each is decided on the result of those before it."""

import pytest

from generated.services.wallet_service import WALLET_SERVICE_RECEIVES, WalletServiceMessage
from handlers.core.envelope import parsed
from handlers.core.errors import Early, Failure, Permanent
from handlers.wallet_service.fold import Folded, Wallet, fold, rounds
from handlers.wallet_service.wallet import Reservation
from tests.builders import (
    ALICE,
    LATER,
    NOW,
    a_balance,
    a_reservation,
    approved,
    initiated,
    money,
    payment_ids,
    rejected,
    travelling,
)

pytestmark = pytest.mark.wallet_service

FIRST, SECOND, THIRD, FOURTH = payment_ids(4)
SLUGS = {
    "PaymentInitiated": "payment-initiated",
    "GatewayPaymentApproved": "gateway-payment_approved",
    "GatewayPaymentRejected": "gateway-payment_rejected",
}


def message(event: object) -> WalletServiceMessage:
    model = WALLET_SERVICE_RECEIVES[SLUGS[type(event).__name__]]
    return parsed(model, travelling(event))


def a_wallet(available: int, *reservations: Reservation) -> Wallet:
    reserved = sum(r.amount.value for r in reservations if r.status == "reserved")
    return Wallet(
        f"{ALICE}#USD",
        a_balance(available=available, reserved=reserved),
        {r.payment_id: r for r in reservations},
    )


def notes(folded: Folded) -> list[str | type[Failure]]:
    return [
        type(step.decided) if isinstance(step.decided, Failure) else step.decided.note
        for step in folded.steps
    ]


def test_payments_reserve_until_nothing_is_available() -> None:
    batch = [message(initiated(payment_id=p)) for p in (FIRST, SECOND, THIRD)]

    folded = fold(a_wallet(1000), batch, NOW)

    assert notes(folded) == ["reserved", "reserved", "refused: insufficient_funds"]
    assert folded.balance == a_balance(available=0, reserved=1000)
    assert len(folded.decisions) == 3


def test_an_amount_that_one_event_gives_back_can_be_reserved_by_the_next() -> None:
    batch = [message(rejected(payment_id=FIRST)), message(initiated(payment_id=SECOND))]

    folded = fold(a_wallet(0, a_reservation(payment_id=FIRST)), batch, NOW)

    assert notes(folded) == ["released: do_not_honor", "reserved"]
    assert folded.balance == a_balance(available=0, reserved=500)


def test_an_event_that_fails_leaves_the_fold_and_affects_no_other() -> None:
    batch = [
        message(initiated(payment_id=FIRST)),
        message(approved(payment_id=SECOND)),
        message(rejected(payment_id=THIRD)),
        message(initiated(payment_id=FOURTH)),
    ]

    folded = fold(a_wallet(1000, a_reservation(payment_id=THIRD, status="deducted")), batch, NOW)

    assert notes(folded) == ["reserved", Early, Permanent, "reserved"]
    assert folded.balance == a_balance(available=0, reserved=1000)
    assert [m.data.payment_id for m, _ in folded.decisions] == [FIRST, FOURTH]


def test_duplicates_of_answers_write_nothing() -> None:
    batch = [message(approved(payment_id=FIRST)), message(rejected(payment_id=SECOND))]
    wallet = a_wallet(
        9,
        a_reservation(payment_id=FIRST, status="deducted"),
        a_reservation(payment_id=SECOND, status="released"),
    )

    folded = fold(wallet, batch, NOW)

    assert folded.decisions == ()
    assert folded.balance == wallet.balance


def test_a_fold_over_no_wallet_refuses_every_payment() -> None:
    batch = [message(initiated(payment_id=p)) for p in (FIRST, SECOND)]

    folded = fold(Wallet(f"{ALICE}#USD", None, {}), batch, NOW)

    assert notes(folded) == ["refused: wallet_not_found"] * 2
    assert folded.balance is None


def test_late_payments_are_refused_and_the_others_are_not() -> None:
    batch = [
        message(initiated(payment_id=FIRST)),
        message(initiated(payment_id=SECOND, expires_at="2026-03-02T00:00:00.000Z")),
    ]

    folded = fold(a_wallet(500), batch, LATER)

    assert notes(folded) == ["refused: expired", "reserved"]


def test_events_about_one_payment_take_turns_in_their_order() -> None:
    batch = [
        message(initiated(payment_id=FIRST, amount=money(1))),
        message(initiated(payment_id=SECOND)),
        message(approved(payment_id=FIRST)),
        message(initiated(payment_id=FIRST, amount=money(2))),
        message(rejected(payment_id=SECOND)),
    ]

    turns = rounds(batch)

    assert turns == [[batch[0], batch[1]], [batch[2], batch[4]], [batch[3]]]
