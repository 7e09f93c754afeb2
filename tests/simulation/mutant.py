"""A bug to plant: one text of a module, replaced by another."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` occurs once in the module and is replaced by `new`; so is each pair of `also`.

    `seed` is tried first, because it is known to find the bug.
    """

    name: str
    module: str
    old: str
    new: str
    also: tuple[tuple[str, str], ...] = ()
    seed: int = 0
