"""How long to wait between looks at something, and when to stop looking."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Final

FIRST_S: Final = 0.1
LONGEST_S: Final = 2.0
GROWTH: Final = 1.5


def pauses_s(timeout_s: float) -> Iterator[float]:
    """Ever longer pauses, until the time is over; then none, for the last look."""
    end_s = time.monotonic() + timeout_s
    pause_s = FIRST_S
    while (left_s := end_s - time.monotonic()) > 0:
        yield min(pause_s, left_s)
        pause_s = min(LONGEST_S, pause_s * GROWTH)
    yield 0.0
