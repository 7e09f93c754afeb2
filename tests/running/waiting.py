"""Wait for what a running stack does in its own time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final, TypeVar

TIMEOUT_S: Final = 60.0
POLL_S: Final = 0.1
T = TypeVar("T")


def until(what: str, look: Callable[[], T], accept: Callable[[T], bool]) -> T:
    """Look until the result is acceptable, and return it. Raises AssertionError after a minute."""
    deadline_s = time.monotonic() + TIMEOUT_S
    while not accept(seen := look()):
        assert time.monotonic() < deadline_s, f"no {what} within {TIMEOUT_S} s; last: {seen}"
        time.sleep(POLL_S)
    return seen
