"""State machines as tables: which moves are legal, what causes each, and what announces it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from generated.model import Model
from handlers.core.decision import Decision
from handlers.core.errors import Early, Permanent

S = TypeVar("S")
E = TypeVar("E", bound=Model)

NONE = "none"  # the state of a thing that is not recorded yet


@dataclass(frozen=True, slots=True)
class Move:
    """A legal move: `on` what it is made, and the event that `announces` it (None: no event does).

    Causes are the events and answers that a service receives, by class, and operations of the API
    or other triggers, by name.
    """

    on: tuple[type | str, ...]
    announces: type[Model] | None = None


Moves: TypeAlias = Mapping[str, Mapping[str, Move]]  # from → to → the move


def already_made(moves: Moves, *, current: str, wanted: str, thing: str) -> bool:
    """Return True when the move was already made (a duplicate), False when it can be made now.

    Raises Early when the move can still become possible, Permanent when it never can.
    """
    if current == wanted:
        return True
    if wanted in moves[current]:
        return False
    if wanted in _reachable(moves, current):
        raise Early(f"{thing} is {current}; it is too early for it to be {wanted}")
    raise Permanent(f"{thing} is {current} and can never be {wanted}")


def moved(
    moves: Moves, current: str, wanted: str, state: S, event: E | None = None, *, note: str
) -> Decision[S, E]:
    """Return the decision to make a move of the table: write `state`, announce `event`.

    Raises ValueError for a move or an event that the table does not have.
    """
    move = moves[current].get(wanted)
    if move is None:
        raise ValueError(f"{current} → {wanted} is no move of the table")
    if (type(event) if event is not None else None) is not move.announces:
        raise ValueError(f"{current} → {wanted} is not announced by {type(event).__name__}")
    return Decision(state, (event,) if event is not None else (), note=note)


def _reachable(moves: Moves, state: str) -> set[str]:
    found: set[str] = set()
    to_visit = list(moves[state])
    while to_visit:
        target = to_visit.pop()
        if target not in found:
            found.add(target)
            to_visit.extend(moves[target])
    return found
