"""When requests arrive: decided beforehand, so that a slow answer delays none (open loop)."""

from __future__ import annotations

import random
from typing import Final

BURST_WITHIN_S: Final = 0.5


def sustained(rate: float, seconds: float, seed: int) -> list[float]:
    """Return the arrivals of independent customers (Poisson), in seconds from now."""
    chosen = random.Random(seed)
    arrivals: list[float] = []
    at_s = chosen.expovariate(rate)
    while at_s < seconds:
        arrivals.append(at_s)
        at_s += chosen.expovariate(rate)
    return arrivals


def burst(count: int) -> list[float]:
    """Return this many arrivals within half a second."""
    return [BURST_WITHIN_S * number / count for number in range(count)]
