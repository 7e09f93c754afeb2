"""What a service decides about an event: the state to write and the event that announces it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, Never, TypeVar

S_co = TypeVar("S_co", covariant=True)
E_co = TypeVar("E_co", covariant=True)
S = TypeVar("S")


@dataclass(frozen=True, slots=True)
class Decision(Generic[S_co, E_co]):
    """The outcome of one event.

    - `moved`: write `state` and announce `events`, together.
    - `again`: the event was handled before; announce the latest outcome again, under its id.
    - `unchanged`: nothing to write; `note` says why.
    """

    state: S_co
    events: tuple[E_co, ...] = ()
    kind: Literal["moved", "again", "unchanged"] = "moved"
    note: str = ""

    @property
    def announced(self) -> E_co | None:
        """The event of this write. Raises ValueError for several: an item's outbox holds one."""
        if len(self.events) > 1:
            raise ValueError(f"an item's outbox holds one event, not {len(self.events)}")
        return self.events[0] if self.events else None


def again(state: S) -> Decision[S, Never]:
    """Return the decision to announce the latest outcome again."""
    return Decision(state, kind="again", note="announced again")


def unchanged(state: S, why: str) -> Decision[S, Never]:
    """Return the decision to leave everything as it is, with the reason."""
    return Decision(state, kind="unchanged", note=why)
