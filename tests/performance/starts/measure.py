"""Start every function several times, the partners in the same rounds."""

from __future__ import annotations

import random
import signal
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from tests.performance import instructions
from tests.performance.starts.process import TIMEOUT_S, Bundle, Start, spawn, start
from tests.performance.starts.runtime_api import RuntimeApi

Done = Callable[[], None]


@dataclass(frozen=True, slots=True)
class Ratio:
    """One function beside a partner: medians of the ratios within each round."""

    wall: float
    cpu: float
    rss: float


def rounds(bundles: Sequence[Bundle], count: int, done: Done) -> dict[str, list[Start]]:
    """`count` starts of each, in an order that differs from round to round."""
    found: dict[str, list[Start]] = {bundle.name: [] for bundle in bundles}
    for number in range(count):
        order = random.Random(number).sample(bundles, len(bundles))
        for bundle in order:
            found[bundle.name].append(start(bundle))
            done()
    return found


def ratios(found: Mapping[str, Sequence[Start]], partner: str) -> dict[str, Ratio]:
    """Each function's starts as a part of the partner's in the same round."""
    return {name: _ratio(starts, found[partner]) for name, starts in found.items()}


def _ratio(starts: Sequence[Start], partner: Sequence[Start]) -> Ratio:
    pairs = list(zip(starts, partner, strict=True))
    return Ratio(
        wall=median(a.wall_s / b.wall_s for a, b in pairs),
        cpu=median(a.cpu_s / b.cpu_s for a, b in pairs),
        rss=median(a.rss_bytes / b.rss_bytes for a, b in pairs),
    )


def instructions_of(bundle: Bundle) -> int:
    """What one start executes, up to the moment when it is ready."""
    with tempfile.TemporaryDirectory() as directory, RuntimeApi() as api:
        outputs = Path(directory)
        process = spawn(bundle, api.address, under=instructions.watching(outputs))
        try:
            api.wait(TIMEOUT_S)
            process.send_signal(signal.SIGTERM)  # valgrind writes its count at the end
            process.wait(TIMEOUT_S)
        finally:
            process.kill()
        return instructions.total(outputs, process.pid)


def unpacked_bytes(tree: Path) -> int:
    return sum(file.stat().st_size for file in tree.rglob("*") if file.is_file())
