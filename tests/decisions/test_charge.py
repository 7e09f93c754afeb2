"""gateway-processor: claim before charging, never after the end; ask before giving up."""

import pytest

from generated.services.gateway_processor import GatewayProcessorReceives
from handlers.core.decision import Decision
from handlers.core.errors import Early, Permanent, Retryable
from handlers.gateway_processor.charge import Charge
from handlers.gateway_processor.decisions import Question, decide, first_question, on_answer
from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    Declined,
    NotFound,
    Unknown,
)
from tests.builders import (
    BOB,
    EXPIRES,
    LATER,
    NOW,
    a_charge,
    approved,
    at_expiry,
    money,
    rejected,
    reserved,
)

pytestmark = pytest.mark.gateway_processor

ENDS = ["approved", "declined", "expired"]
QUESTIONS: list[Question] = ["charge", "inquire", "cancel"]
EXPIRED = rejected(reason="reservation_expired")


def closed(**changes: object) -> Charge:
    return a_charge(status="expired", reason="reservation_expired", **changes)


def test_a_reservation_is_claimed_before_the_gateway_is_asked() -> None:
    decided = decide(None, reserved(), NOW)

    assert (decided.kind, decided.state, decided.events) == ("moved", a_charge(version=0), ())
    assert first_question(decided, NOW) == "charge"
    assert first_question(decided, EXPIRES) == "cancel"


@pytest.mark.parametrize("now", [EXPIRES, LATER])
@pytest.mark.parametrize("event", [reserved(), at_expiry()])
def test_nothing_is_claimed_after_the_reservations_end(
    event: GatewayProcessorReceives, now: str
) -> None:
    decided = decide(None, event, now)

    assert decided.state == closed(version=0)
    assert decided.events == (EXPIRED,)
    assert first_question(decided, LATER) is None


@pytest.mark.parametrize(
    ("now", "question"), [(NOW, "inquire"), (EXPIRES, "cancel"), (LATER, "cancel")]
)
def test_a_claim_whose_outcome_is_unknown_is_asked_about_and_cancelled_after_its_end(
    now: str, question: Question
) -> None:
    decided = decide(a_charge(), reserved(), now)

    assert decided.kind == "unchanged"
    assert first_question(decided, now) == question


@pytest.mark.parametrize("status", ENDS)
def test_a_duplicate_reservation_gets_the_recorded_outcome(status: str) -> None:
    charge = a_charge(status=status)

    decided = decide(charge, reserved(), LATER)

    assert (decided.kind, decided.state) == ("again", charge)
    assert first_question(decided, LATER) is None


@pytest.mark.parametrize("status", ENDS)
def test_the_expiry_of_a_decided_charge_changes_nothing(status: str) -> None:
    decided = decide(a_charge(status=status), at_expiry(), LATER)

    assert (decided.kind, decided.note) == ("unchanged", f"already {status}")
    assert first_question(decided, LATER) is None


def test_at_expiry_the_gateway_is_asked_before_a_claim_is_closed() -> None:
    decided = decide(a_charge(), at_expiry(), LATER)

    assert decided.kind == "unchanged"
    assert first_question(decided, LATER) == "cancel"


@pytest.mark.parametrize("charge", [None, a_charge(), a_charge(status="approved")])
def test_a_copy_at_expiry_that_arrives_too_soon_is_early(charge: Charge | None) -> None:
    with pytest.raises(Early, match="has time until"):
        decide(charge, at_expiry(), NOW)


@pytest.mark.parametrize("event", [reserved(), at_expiry()])
@pytest.mark.parametrize(
    "changes", [{"user_id": BOB}, {"amount": money(501)}, {"amount": money(500, "EUR")}]
)
def test_an_event_about_another_user_or_amount_is_impossible(
    event: GatewayProcessorReceives, changes: dict[str, object]
) -> None:
    with pytest.raises(Permanent, match="another user or amount"):
        decide(a_charge(), event.model_copy(update=changes), LATER)


@pytest.mark.parametrize("asked", QUESTIONS)
@pytest.mark.parametrize("now", [NOW, LATER])
def test_money_that_moved_is_always_announced(asked: Question, now: str) -> None:
    step = on_answer(a_charge(), asked, Approved("ch_9"), now)

    assert isinstance(step, Decision)
    assert step.state == a_charge(status="approved", charge_id="ch_9")
    assert step.events == (approved(charge_id="ch_9"),)


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_decline_is_announced_with_its_code(asked: Question) -> None:
    step = on_answer(a_charge(), asked, Declined("lost_card"), NOW)

    assert isinstance(step, Decision)
    assert step.state == a_charge(status="declined", reason="lost_card")
    assert step.events == (rejected(reason="lost_card"),)


@pytest.mark.parametrize("asked", QUESTIONS)
def test_a_cancelled_key_expires_the_charge(asked: Question) -> None:
    step = on_answer(a_charge(), asked, Cancelled(), LATER)

    assert isinstance(step, Decision)
    assert (step.state, step.events) == (closed(), (EXPIRED,))


@pytest.mark.parametrize(
    ("now", "question"), [(NOW, "charge"), (EXPIRES, "cancel"), (LATER, "cancel")]
)
def test_a_key_unknown_to_the_gateway_is_charged_in_time_and_cancelled_afterwards(
    now: str, question: Question
) -> None:
    assert on_answer(a_charge(), "inquire", NotFound(), now) == question


@pytest.mark.parametrize(
    ("asked", "now", "question"),
    [
        ("charge", NOW, "inquire"),
        ("charge", EXPIRES, "cancel"),
        ("charge", LATER, "cancel"),
        ("inquire", EXPIRES, "cancel"),
        ("inquire", LATER, "cancel"),
    ],
)
def test_without_an_answer_the_next_question_is_asked(
    asked: Question, now: str, question: Question
) -> None:
    assert on_answer(a_charge(), asked, Unknown("timeout"), now) == question


@pytest.mark.parametrize(("asked", "now"), [("inquire", NOW), ("cancel", NOW), ("cancel", LATER)])
def test_a_reservation_never_expires_while_its_outcome_is_unknown(
    asked: Question, now: str
) -> None:
    with pytest.raises(Retryable, match="is unknown: timeout"):
        on_answer(a_charge(), asked, Unknown("timeout"), now)


@pytest.mark.parametrize("answer", [NotFound(), Unknown("timeout"), Declined("x1"), Cancelled()])
def test_without_a_charge_of_the_gateway_nothing_is_approved(answer: Answer) -> None:
    for asked in QUESTIONS:
        for now in (NOW, LATER):
            try:
                step = on_answer(a_charge(), asked, answer, now)
            except Retryable:
                continue
            assert not isinstance(step, Decision) or step.state.status != "approved"
