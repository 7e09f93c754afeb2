"""A thousand payments out of one wallet: folded, and one message at a time."""

from __future__ import annotations

from typing import Final

from tests.performance import contention
from tests.performance.chart import Bar, bars
from tests.performance.figures import Figure
from tests.performance.sections.result import Result, Step

SEEDS: Final = 5
SPEED_MIN, UNITS_MAX, DELIVERIES_MAX = 8, 0.6, 1
TITLE: Final = "1,000 payments out of one wallet, 5 ms per call: payments per second"


def run(step: Step) -> Result:
    pairs = []
    for seed in range(SEEDS):
        pairs.append(contention.both(seed=seed))
        step()
    speed = min(folded.per_second / single.per_second for folded, single in pairs)
    units = max(folded.write_units / single.write_units for folded, single in pairs)
    deliveries = max(folded.receives_max for folded, _ in pairs)
    waited = max(folded.seconds / single.seconds for folded, single in pairs)
    figures = [
        _figure("throughput, folded to one at a time, worst seed", speed, at_least=SPEED_MIN),
        _figure("write units, folded to one at a time, worst seed", units, at_most=UNITS_MAX),
        _figure("deliveries of the unluckiest", deliveries, at_most=DELIVERIES_MAX),
        _figure("wait of the unluckiest, folded to one at a time", waited),
    ]
    folded, single = pairs[0]
    shown = [Bar("folded", folded.per_second), Bar("one at a time", single.per_second, False)]
    return Result(figures, {"hot-wallet.svg": bars(TITLE, "/s", shown)})


def _figure(
    name: str, value: float, *, at_most: float | None = None, at_least: float | None = None
) -> Figure:
    return Figure("hot wallet", name, value, at_most=at_most, at_least=at_least)
