"""Every pair of states of every machine: a move is made, possible, early or impossible."""

import pytest

from handlers.core.errors import Early, Permanent
from handlers.core.moves import NONE, Moves, is_made
from handlers.error_handler import failed_event
from handlers.gateway_processor import charge
from handlers.payment_orchestrator import payment
from handlers.wallet_service import wallet

MACHINES = {
    "payment": payment.MOVES,
    "reservation": wallet.MOVES,
    "charge": charge.MOVES,
}


def verdict(moves: Moves, current: str, wanted: str) -> str:
    try:
        return "made" if is_made(moves, current=current, wanted=wanted, thing="it") else "possible"
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
    moves = {NONE: {"first"}, "first": MACHINES[machine][NONE], **MACHINES[machine]}

    assert verdict(MACHINES[machine], NONE, wanted) == "early"
    assert verdict(moves, "first", wanted) == "early"


def test_a_failed_event_opens_again_from_every_end() -> None:
    moves = failed_event.MOVES

    ends = {end: verdict(moves, end, "open") for end in ("redriven", "discarded")}

    assert ends == {"redriven": "possible", "discarded": "possible"}
