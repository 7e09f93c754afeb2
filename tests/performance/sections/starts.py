"""INIT and package: every function beside a handler as the documentation writes one."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from infra.template.functions import FUNCTIONS
from tests.performance.chart import Bar, bars
from tests.performance.figures import Figure
from tests.performance.sections.result import Result, Step
from tests.performance.starts import measure
from tests.performance.starts.bundles import DOCUMENTATION, LIBRARIES, PARTNERS, bundles

ROUNDS: Final = 9
MB: Final = 1_000_000
TIME_MAX, MEMORY_MAX, PACKAGE_MAX_MB = 0.55, 0.70, 15
COUNTED: Final = "wallet-service-consumer"
OURS: Final = tuple(function.name for function in FUNCTIONS)


def run(step: Step) -> Result:
    with tempfile.TemporaryDirectory() as directory:
        everything = {bundle.name: bundle for bundle in bundles(Path(directory))}
        found = measure.rounds(list(everything.values()), ROUNDS, step)
        sizes = {n: measure.unpacked_bytes(b.task) / MB for n, b in everything.items()}
        instructions = [measure.instructions_of(everything[n]) for n in (COUNTED, DOCUMENTATION)]
        step()
    ratios = measure.ratios(found, DOCUMENTATION)
    part = instructions[0] / instructions[1]
    return Result([*_times(ratios, part), *_sizes(ratios, sizes)], _charts(ratios))


def _times(ratios: Mapping[str, measure.Ratio], part: float) -> list[Figure]:
    wall = max(ratios[name].wall for name in OURS)
    cpu = max(ratios[name].cpu for name in OURS)
    return [
        Figure("INIT", "wall, worst function, to documented", wall, at_most=TIME_MAX),
        Figure("INIT", "CPU, worst function, to documented", cpu, at_most=TIME_MAX),
        Figure("INIT", "CPU of our libraries alone, to documented", ratios[LIBRARIES].cpu),
        Figure("INIT", f"instructions, {COUNTED}, to documented", part),
    ]


def _sizes(ratios: Mapping[str, measure.Ratio], sizes: Mapping[str, float]) -> list[Figure]:
    rss = max(ratios[name].rss for name in OURS)
    package = max(sizes[name] for name in OURS)
    return [
        Figure("INIT", "memory, worst function, to documented", rss, at_most=MEMORY_MAX),
        Figure("package", "unpacked, largest", package, "MB", at_most=PACKAGE_MAX_MB),
        Figure("package", "unpacked, as documented", sizes[DOCUMENTATION], "MB"),
    ]


def _charts(ratios: Mapping[str, measure.Ratio]) -> dict[str, str]:
    cpu = [Bar(name, r.cpu, name not in PARTNERS) for name, r in ratios.items()]
    memory = [Bar(name, r.rss, name not in PARTNERS) for name, r in ratios.items()]
    return {
        "init-cpu.svg": bars("CPU of a start, to a handler as documented", "", cpu, goal=TIME_MAX),
        "init-memory.svg": bars(
            "Memory after a start, to a handler as documented", "", memory, goal=MEMORY_MAX
        ),
    }
