"""Pauses between reads while waiting for a result, and the time limit of each read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .deadline import Deadline

FIRST_S: Final = 0.1
LONGEST_S: Final = 2.0
GROWTH: Final = 1.5
READ_MIN_S: Final = 1.0


def pauses_s() -> Iterator[float]:
    """Yield increasing pauses, without an end."""
    pause_s = FIRST_S
    while True:
        yield pause_s
        pause_s = min(LONGEST_S, pause_s * GROWTH)


def read_s(deadline: Deadline) -> float:
    """Return the time left, but enough for the last read, which starts when none is left."""
    return max(READ_MIN_S, deadline.left_s)
