"""Reduce the faults of a failing run to those that it needs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from tests.simulation.faults import Fault

TRIES_MAX: Final = 300


def shrunken(
    faults: Sequence[Fault],
    fails: Callable[[Sequence[Fault]], bool],
    tries_max: int = TRIES_MAX,
) -> list[Fault]:
    """Return a part of the list that still fails, and needs each of its faults.

    Fewer tries than `tries_max` are made, so a long list may keep some that it does not need.
    """
    kept = list(faults)
    size = max(1, len(kept) // 2)
    tries = 0
    while kept and tries < tries_max:
        start = 0
        removed = False
        while start < len(kept) and tries < tries_max:
            candidate = kept[:start] + kept[start + size :]
            tries += 1
            if fails(candidate):
                kept, removed = candidate, True
            else:
                start += size
        if not removed and size == 1:
            break
        size = max(1, size // 2)
    return kept
