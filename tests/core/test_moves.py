"""Every pair of states of every machine: a move is made, possible, early or impossible."""

import pytest

from generated.events.payment_completed import PaymentCompleted
from generated.model import Model
from handlers.core.decision import Decision
from handlers.core.errors import Early, Permanent
from handlers.core.moves import NONE, Move, Moves, already_made, moved
from handlers.error_handler import failed_event
from handlers.gateway_processor import charge
from handlers.payment_orchestrator import payment
from handlers.wallet_service import wallet
from tests.builders import completed, failed

MACHINES = {
    "payment": payment.MOVES,
    "reservation": wallet.MOVES,
    "charge": charge.MOVES,
}


def verdict(moves: Moves, current: str, wanted: str) -> str:
    try:
        return (
            "made"
            if already_made(moves, current=current, wanted=wanted, thing="it")
            else "possible"
        )
    except Early:
        return "early"
    except Permanent:
        return "never"


@pytest.mark.parametrize("machine", MACHINES)
def test_a_move_that_was_made_is_recognised(machine: str) -> None:
    moves = MACHINES[machine]

    verdicts = {verdict(moves, state, state) for state in moves}

    assert verdicts == {"made"}


@pytest.mark.parametrize("machine", MACHINES)
def test_a_move_of_the_table_is_possible(machine: str) -> None:
    moves = MACHINES[machine]

    verdicts = {verdict(moves, state, target) for state in moves for target in moves[state]}

    assert verdicts == {"possible"}


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_leaves_a_final_state(machine: str) -> None:
    moves = MACHINES[machine]
    final = [state for state in moves if not moves[state]]

    verdicts = {verdict(moves, end, other) for end in final for other in moves if other != end}

    assert len(final) >= 2
    assert verdicts == {"never"}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_can_be_reached_and_every_target_is_a_state(machine: str) -> None:
    moves = MACHINES[machine]
    targets = {target for state in moves for target in moves[state]}

    reached = {s for s in moves if s != NONE and verdict(moves, NONE, s) in ("possible", "early")}

    assert targets == set(moves) - {NONE} == reached


@pytest.mark.parametrize(
    ("machine", "wanted"),
    [("payment", "completed"), ("reservation", "deducted"), ("charge", "declined")],
)
def test_a_move_whose_turn_can_still_come_is_early(machine: str, wanted: str) -> None:
    assert verdict(MACHINES[machine], NONE, wanted) == "early"


def test_a_failed_event_opens_again_from_every_end() -> None:
    moves = failed_event.MOVES

    ends = {end: verdict(moves, end, "open") for end in ("redriven", "discarded")}

    assert ends == {"redriven": "possible", "discarded": "possible"}


A = {
    NONE: {"open": Move(on=("openIt",))},
    "open": {"done": Move(on=(), announces=PaymentCompleted)},
}


def test_a_move_is_written_with_the_event_that_announces_it() -> None:
    decided = moved(A, "open", "done", "the state", completed(), note="done")

    assert decided == Decision("the state", (completed(),), note="done")
    assert moved(A, NONE, "open", "the state", note="opened").events == ()


@pytest.mark.parametrize(
    ("current", "wanted", "event"),
    [
        (NONE, "done", completed()),
        ("open", "done", None),
        ("open", "done", failed()),
        (NONE, "open", completed()),
    ],
)
def test_a_move_or_an_event_that_the_table_lacks_is_a_bug(
    current: str, wanted: str, event: Model | None
) -> None:
    with pytest.raises(ValueError, match=f"{current} → {wanted}"):
        moved(A, current, wanted, "the state", event, note="")
