"""The local stack beside a pipeline of the same shape that does nothing."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from tests.performance import pipeline
from tests.performance.chart import Bar, bars
from tests.performance.figures import Figure
from tests.performance.sections.result import Result, Step

PAYMENTS: Final = 60
ROUNDS: Final = 5
RATIO_MIN: Final = 0.6
TITLE: Final = "Local stack, to a pipeline of the same shape that does nothing"


def run(step: Step) -> Result:
    with tempfile.TemporaryDirectory() as directory:
        found = pipeline.turns(Path(directory), PAYMENTS, ROUNDS, step)
    throughput, latency = pipeline.ratios(found)
    figures = [
        Figure(
            "pipeline", "payments per second, ours to the limit", throughput, at_least=RATIO_MIN
        ),
        Figure("pipeline", "accept to completed, the limit to ours", latency, at_least=RATIO_MIN),
    ]
    shown = [Bar("throughput", throughput), Bar("latency (limit / ours)", latency)]
    return Result(figures, {"pipeline.svg": bars(TITLE, "", shown, goal=RATIO_MIN)})
