"""payment-orchestrator: how it reacts to the wallet's answers and to deadlines."""

import pytest

from generated.services.payment_orchestrator import PaymentOrchestratorReceives
from handlers.core.decision import Decision
from handlers.core.errors import Early, Permanent
from handlers.payment_orchestrator.decisions import ASKS_MAX, created, decide
from tests import builders
from tests.builders import (
    ALICE,
    BOB,
    EXPIRES,
    LATER,
    NOW,
    PAY_1,
    a_payment,
    after_deadline,
    completed,
    deducted,
    failed,
    money,
    released,
    reservation_failed,
)

pytestmark = pytest.mark.payment_orchestrator

ANSWERS: list[PaymentOrchestratorReceives] = [reservation_failed(), deducted(), released()]
EVERY: list[PaymentOrchestratorReceives] = [*ANSWERS, after_deadline()]


def test_a_new_payment_is_announced_as_it_is() -> None:
    decided = created(a_payment(payee="book-shop", expires_at=LATER))

    assert decided.events == (builders.initiated(payee="book-shop", expires_at=LATER),)


def test_a_payment_completes_when_its_funds_were_deducted() -> None:
    decided = decide(a_payment(), deducted(), LATER)

    assert decided.state == a_payment(status="completed", updated_at=LATER)
    assert decided.events == (completed(),)


@pytest.mark.parametrize("reason", ["insufficient_funds", "wallet_not_found", "expired"])
def test_a_payment_fails_when_the_wallet_refuses_it(reason: str) -> None:
    decided = decide(a_payment(), reservation_failed(reason=reason), LATER)

    assert decided.state == a_payment(status="failed", failure_code=reason, updated_at=LATER)
    assert decided.events == (failed(reason=reason),)


def test_a_payment_fails_with_the_reason_for_which_its_funds_were_released() -> None:
    decided = decide(a_payment(), released(reason="reservation_expired"), LATER)

    assert decided.state.failure_code == "reservation_expired"
    assert decided.events == (failed(reason="reservation_expired"),)


@pytest.mark.parametrize(
    ("status", "event"),
    [("completed", deducted()), ("failed", released()), ("failed", reservation_failed())],
)
def test_a_duplicate_answer_changes_and_announces_nothing(
    status: str, event: PaymentOrchestratorReceives
) -> None:
    payment = a_payment(status=status)

    decided = decide(payment, event, LATER)

    assert decided == Decision(payment, kind="unchanged", note=f"already {status}")


@pytest.mark.parametrize(
    ("status", "event"),
    [("failed", deducted()), ("completed", released()), ("completed", reservation_failed())],
)
def test_a_payment_never_ends_twice(status: str, event: PaymentOrchestratorReceives) -> None:
    with pytest.raises(Permanent, match=f"payment {PAY_1} is {status} and can never be"):
        decide(a_payment(status=status), event, LATER)


@pytest.mark.parametrize("event", EVERY, ids=lambda e: type(e).__name__)
def test_an_event_that_overtook_its_payment_is_early(event: PaymentOrchestratorReceives) -> None:
    with pytest.raises(Early):
        decide(None, event, LATER)


@pytest.mark.parametrize("event", EVERY, ids=lambda e: type(e).__name__)
@pytest.mark.parametrize(
    "changes", [{"user_id": BOB}, {"amount": money(501)}, {"amount": money(500, "EUR")}]
)
def test_an_event_about_another_user_or_amount_is_impossible(
    event: PaymentOrchestratorReceives, changes: dict[str, object]
) -> None:
    with pytest.raises(Permanent, match="another user or amount"):
        decide(a_payment(), event.model_copy(update=changes), LATER)


@pytest.mark.parametrize("now", [EXPIRES, LATER])
def test_a_payment_that_is_pending_at_its_deadline_is_announced_again(now: str) -> None:
    payment = a_payment(outbox=builders.OUTBOX_AGAIN % (ASKS_MAX - 1))

    decided = decide(payment, after_deadline(), now, reannounced=ASKS_MAX - 1)

    assert (decided.kind, decided.state, decided.events) == ("again", payment, ())


def test_a_copy_at_the_deadline_that_arrives_too_soon_is_early() -> None:
    with pytest.raises(Early, match="has time until"):
        decide(a_payment(), after_deadline(), NOW)


@pytest.mark.parametrize("status", ["completed", "failed"])
def test_the_deadline_of_an_ended_payment_changes_nothing(status: str) -> None:
    decided = decide(a_payment(status=status), after_deadline(), LATER)

    assert (decided.kind, decided.note) == ("unchanged", f"already {status}")


def test_a_payment_that_nobody_answers_ends_with_an_operator() -> None:
    payment = a_payment(outbox=builders.OUTBOX_AGAIN % ASKS_MAX)

    with pytest.raises(Permanent, match="still pending after 3 more announcements"):
        decide(payment, after_deadline(), LATER, reannounced=ASKS_MAX)


def test_duplicates_of_an_announcement_are_followed_by_one_more_only() -> None:
    payment = a_payment(outbox=builders.OUTBOX_AGAIN % 1)

    decided = decide(payment, after_deadline(), LATER, reannounced=0)

    assert (decided.kind, decided.note) == ("unchanged", "already announced again")


def test_the_first_answer_shows_the_payment_as_it_was_then() -> None:
    ended = a_payment(status="failed", failure_code="expired", updated_at=LATER, user_id=ALICE)

    assert ended.at_first() == a_payment()
