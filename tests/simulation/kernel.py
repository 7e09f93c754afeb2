"""Virtual time, and tasks that switch only where they pause.

A task is a greenlet: ordinary synchronous code that pauses inside a call. The task that wakes first
continues, so random pauses are random interleavings, and one seed is one order of everything.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import TypeAlias

from greenlet import getcurrent, greenlet  # type: ignore[import-untyped]

Action: TypeAlias = Callable[[], None]
Result: TypeAlias = object


class CrashedError(BaseException):
    """The process of a task crashed. Not an Exception, so that no handler can catch it."""


class Task:
    """One invocation of a function. `done` receives its result or its exception."""

    __slots__ = ("_kernel", "_run", "dead", "deadline_s", "done", "green", "name", "read_s")

    def __init__(
        self,
        kernel: Kernel,
        name: str,
        run: Callable[[], Result],
        done: Callable[[Result], None],
        deadline_s: float,
    ) -> None:
        self._kernel, self._run, self.name, self.done = kernel, run, name, done
        self.green = greenlet(self._main, kernel.hub)
        self.dead = False
        self.deadline_s = deadline_s
        self.read_s: float | None = None  # when it read the state that it decides on

    def _main(self) -> None:
        try:
            result: Result = self._run()
        except CrashedError as crash:
            result = crash
        except Exception as error:  # noqa: BLE001 - Lambda reports any exception
            result = error
        self.dead = True
        self.done(result)

    def resume(self) -> None:
        self._kernel.switch(self)

    def crash(self) -> None:
        """End the task where it is."""
        self.dead = True
        self._kernel.switch(self, CrashedError)


class Kernel:
    """Runs actions when they are due, in order."""

    def __init__(self, start_s: float, steps_max: int) -> None:
        self.now_s = start_s
        self.steps = 0
        self.stopped = False
        self.task: Task | None = None
        self.hub = getcurrent()
        self._steps_max = steps_max
        self._due: list[tuple[float, int, Action]] = []
        self._count = 0

    def at(self, delay_s: float, action: Action) -> None:
        """Run an action later; actions due at the same moment run in the order of these calls."""
        self._count += 1
        heapq.heappush(self._due, (self.now_s + max(delay_s, 0.0), self._count, action))

    def start(
        self,
        name: str,
        run: Callable[[], Result],
        done: Callable[[Result], None],
        *,
        delay_s: float,
        limit_s: float,
    ) -> None:
        """Start a task after `delay_s`; it crashes `limit_s` later, wherever it is."""
        task = Task(self, name, run, done, self.now_s + delay_s + limit_s)
        self.at(delay_s, task.resume)

    def pause(self, delay_s: float) -> None:
        """Let other tasks run, and continue this one after `delay_s`."""
        task = self.task
        if task is None:
            self.now_s += delay_s
            return
        if task.dead:
            raise CrashedError(task.name)
        left_s = task.deadline_s - self.now_s
        if delay_s < left_s:
            self.at(delay_s, task.resume)
        else:
            self.at(left_s, task.crash)
        self.hub.switch()

    def switch(self, task: Task, error: type[BaseException] | None = None) -> None:
        before, self.task = self.task, task
        if error is None:
            task.green.switch()
        else:
            task.green.throw(error)
        self.task = before

    def run(self, until_s: float | None = None) -> bool:
        """Run until nothing is due (by `until_s`). False when it was stopped, or never ends."""
        while self._due and not self.stopped:
            when, _, action = self._due[0]
            if until_s is not None and when > until_s:
                self.now_s = until_s
                return True
            heapq.heappop(self._due)
            self.now_s = max(self.now_s, when)
            self.steps += 1
            if self.steps > self._steps_max:
                return False
            action()
        return not self.stopped
