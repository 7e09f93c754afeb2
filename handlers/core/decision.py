"""What a service makes of an event: the state to write and the events that announce it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

S = TypeVar("S", covariant=True)
E = TypeVar("E", covariant=True)


@dataclass(frozen=True, slots=True)
class Decision(Generic[S, E]):
    """The outcome of one event.

    `moved`: write `state` and announce `events`, together.
    `again`: the question was asked before; announce the latest outcome once more, under the same event id.
    `unchanged`: nothing to write; `note` says why.
    """

    state: S
    events: tuple[E, ...] = ()
    kind: Literal["moved", "again", "unchanged"] = "moved"
    note: str = ""


def again(state: S) -> Decision[S, E]:
    """Answer a question that was already answered."""
    return Decision(state, kind="again", note="answered again")


def unchanged(state: S, why: str) -> Decision[S, E]:
    """Leave everything as it is, and say why."""
    return Decision(state, kind="unchanged", note=why)
