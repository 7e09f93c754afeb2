"""How long to wait between looks at something, and how long a look may take."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from .deadline import Deadline

FIRST_S: Final = 0.1
LONGEST_S: Final = 2.0
GROWTH: Final = 1.5
LOOK_MIN_S: Final = 1.0


def pauses_s() -> Iterator[float]:
    """Ever longer pauses, without an end."""
    pause_s = FIRST_S
    while True:
        yield pause_s
        pause_s = min(LONGEST_S, pause_s * GROWTH)


def look_s(deadline: Deadline) -> float:
    """What is left; but the last look comes when nothing is, and is a fair one too."""
    return max(LOOK_MIN_S, deadline.left_s)
