"""Time, randomness and waiting in one place, so that tests and simulations can replace them."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from handlers.core.moment import written


def utc_now() -> str:
    """Return the time now as a Timestamp of the contract."""
    return written(datetime.now(UTC))


# Keeps no state: two processes restored from one snapshot must not draw the same numbers.
SYSTEM_RANDOM = random.SystemRandom()


@dataclass(frozen=True, slots=True)
class Clock:
    now: Callable[[], str] = utc_now
    sleep: Callable[[float], None] = time.sleep
    random: Callable[[], float] = SYSTEM_RANDOM.random


SYSTEM_CLOCK = Clock()


def full_jitter_s(
    random_: Callable[[], float], *, attempt: int, base_s: float, cap_s: float
) -> float:
    """Return a pause of 0 to min(cap, base * 2^attempt) seconds: exponential, with full jitter."""
    return random_() * min(cap_s, base_s * 2.0**attempt)
