"""Every step that the simulation takes is a step of the model."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from tests.simulation.model import Rules, State, channels, initial, steps

# Clocks may be wrong, and no message is lost: operators redrive what is parked.
RULES = Rules(losses=0, clocks_agree=False)
START = initial(0)


@cache
def successors(state: State) -> frozenset[tuple[object, ...]]:
    """Return what is visible after any one step, with or without a request in flight."""
    seen = set()
    for in_flight in (False, True):
        for _, after in steps(state._replace(in_flight=in_flight), RULES):
            seen.add(visible(after))
    return frozenset(seen)


def visible(state: State) -> tuple[object, ...]:
    return (*state[:4], state.messages, state.broken)


class Conformance:
    """Follows each payment through the model."""

    def __init__(self, problem: Callable[[str], None]) -> None:
        self._problem = problem
        self._states: dict[str, State] = {}

    def created(self, payment_id: str) -> None:
        self._states[payment_id] = START

    def moved(self, payment_id: str, thing: str, status: str, event: str | None) -> None:
        """Check a new status of a payment's `thing`, announced by `event`."""
        before = self._states.get(payment_id)
        if before is None:
            self._problem(f"{thing} of {payment_id} is {status}, but that payment does not exist")
            return
        after = before._replace(messages=before.messages | channels(event))
        match thing:
            case "payment":
                after = after._replace(payment=status)
            case "reservation":
                after = after._replace(reservation=status)
            case "charge":
                after = after._replace(charge=status)
            case _:
                after = after._replace(gateway=status)
        if visible(after) not in successors(before):
            self._problem(f"the model has no step from {before} to {after}")
        self._states[payment_id] = after
