"""Lambda: execution environments of the entry points, time limits, crashes, skewed clocks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from handlers.core.errors import Failure
from handlers.core.moment import written
from handlers.runtime.clock import Clock
from tests.simulation.entry_points import EntryPoint
from tests.simulation.faults import END, START, Plan
from tests.simulation.kernel import CrashedError, Kernel
from tests.simulation.streams import Streams

SKEW_MAX_S: Final = 120.0
WRONG_MAX_S: Final = 3600.0
COLD_START_S: Final = 0.4


@dataclass(slots=True)
class Environment:
    """One process of a function; its clock may be wrong until it jumps to the right time."""

    skew_s: float
    jumps_at_s: float
    built: object = None


class Lambdas:
    def __init__(
        self,
        kernel: Kernel,
        points: Mapping[str, EntryPoint],
        plan: Plan,
        streams: Streams,
        problem: Callable[[str], None],
    ) -> None:
        self._problem = problem
        self._kernel, self._points, self._plan, self._streams = kernel, points, plan, streams
        self._idle: defaultdict[str, list[Environment]] = defaultdict(list)
        self.invocations: Counter[str] = Counter()

    def point(self, function: str) -> EntryPoint:
        return self._points[function]

    def invoke(self, function: str, event: Any, done: Callable[[Any], None]) -> None:
        """Run a function; `done` receives its answer, or the exception that ended it."""
        self.invocations[function] += 1
        point = self._points[function]
        start = f"{function} start"
        delay_s = self._streams.latency_s(start)
        fault = self._plan.at(start, START)
        if fault and fault.kind == "crash-start":
            crash = CrashedError(function)
            self._kernel.at(delay_s, lambda: done(crash))
            return
        cold, environment = self._environment(point, (fault.size - 0.5) if fault else 0.0)

        def run() -> Any:
            answer = point.invoke(environment.built, event)
            end = self._plan.at(f"{function} end", END)
            if end:
                raise CrashedError(function)
            return answer

        def finished(result: Any) -> None:
            if not isinstance(result, CrashedError):
                self._idle[function].append(environment)
            if isinstance(result, Exception) and not isinstance(result, Failure):
                self._problem(f"{function} raised {result!r}")
            done(result)

        self._kernel.start(
            function,
            run,
            finished,
            delay_s=delay_s + cold,
            limit_s=point.function.timeout_s,
        )

    def _environment(self, point: EntryPoint, skew: float) -> tuple[float, Environment]:
        """Return the cold start in seconds, and an environment; a skewed one is always new."""
        function = point.function.name
        idle = self._idle[function]
        if idle and not skew and self._streams.of(f"{function} environments").random() < 0.9:
            return 0.0, idle.pop()
        # A clock that is corrected may jump back as well as forward, often within an invocation.
        wrong_s = WRONG_MAX_S * (100 * abs(skew) % 1) ** 4
        environment = Environment(2 * SKEW_MAX_S * skew, self._kernel.now_s + wrong_s)
        environment.built = point.built(
            self._clock(function, environment), lambda: self._kernel.now_s
        )
        return COLD_START_S, environment

    def _clock(self, function: str, environment: Environment) -> Clock:
        def now() -> str:
            now_s = self._kernel.now_s
            skew_s = environment.skew_s if now_s < environment.jumps_at_s else 0.0
            return written(datetime.fromtimestamp(now_s + skew_s, UTC))

        draw = self._streams.of(f"{function} jitter").random
        return Clock(now=now, sleep=self._kernel.pause, random=draw)

    def forget(self) -> None:
        """End every environment, so that the next ones start with a correct clock."""
        self._idle.clear()
