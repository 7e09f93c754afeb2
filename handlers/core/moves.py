"""What an event asks of a state machine: a legal move, one already made, one that can still come,
or an impossible one.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TypeAlias

from handlers.core.errors import Early, Permanent

Moves: TypeAlias = Mapping[str, Set[str]]

NONE = "none"  # the state of a thing that is not recorded yet


def is_made(moves: Moves, *, current: str, wanted: str, thing: str) -> bool:
    """True when the move was already made (a duplicate), False when it can be made now.

    Raises Early when the move can still become possible, Permanent when it never can.
    """
    if current == wanted:
        return True
    if wanted in moves[current]:
        return False
    if wanted in _reachable(moves, current):
        raise Early(f"{thing} is {current}; it is too early for it to be {wanted}")
    raise Permanent(f"{thing} is {current} and can never be {wanted}")


def _reachable(moves: Moves, state: str) -> set[str]:
    seen: set[str] = set()
    todo = list(moves[state])
    while todo:
        target = todo.pop()
        if target not in seen:
            seen.add(target)
            todo.extend(moves[target])
    return seen
