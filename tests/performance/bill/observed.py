"""The world of tests/counts, seen by whoever writes the bill: who does what, and how much of it."""

from __future__ import annotations

import io
import json
import logging
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass, field
from typing import Any, Final

from handlers.runtime.telemetry import logger
from tests.builders import ENVIRONMENT
from tests.counts.world import World

RELAY: Final = "event-relay-stream"
METRICS: Final = "metrics-collector-consumer"
READ_UNITS: Final = {"GetItem": 1, "Query": 1}  # consistent, of items under 4 KB
RELAYED: Final = "PutEvents"


@dataclass(slots=True)
class Use:
    """What one function did, all its invocations together."""

    invocations: int = 0
    messages: int = 0  # of its queues
    requests: int = 0  # of the API
    write_units: int = 0
    read_units: int = 0
    events: int = 0
    calls: Counter[str] = field(default_factory=Counter)
    log_lines: int = 0
    log_bytes: int = 0


class Observed(World):
    """Delivers as its parent does, and books everything to the function that did it."""

    def __post_init__(self) -> None:
        World.__post_init__(self)
        self.used: defaultdict[str, Use] = defaultdict(Use)
        self._function = ""
        self._read_units = Counter[str]()
        self.cloud.dynamodb.meta.events.register("before-parameter-build.dynamodb", self._reading)

    def _did(self, service: str, what: str, work: Any) -> Any:
        function = f"{service}-api" if what.startswith("POST") else f"{service}-consumer"
        use = self.used[function]
        use.invocations += 1
        use.requests += function.endswith("-api")
        use.messages += function.endswith("-consumer")
        return World._did(self, service, what, lambda: self._booked(function, work))

    def _booked(self, function: str, work: Any) -> Any:
        use = self.used[function]
        calls, asked = len(self.meter.calls), len(self.books.asked)
        writes, reads = len(self.meter.writes), self._read_units.total()
        with self._journal(function):
            result = work()
        use.calls.update([*self.meter.calls[calls:], *self.books.asked[asked:]])
        use.write_units += sum(w.units + w.index_units for w in self.meter.writes[writes:])
        use.read_units += self._read_units.total() - reads
        return result

    def _relay_outboxes(self) -> None:
        use, before = self.used[RELAY], len(self.published)
        with self._journal(RELAY):
            World._relay_outboxes(self)
        events = len(self.published) - before
        use.events += events
        use.invocations += events  # alone: one record, one batch, one call
        use.calls[RELAYED] += events

    def _route(self, entry: dict[str, Any]) -> None:
        self.used[METRICS].invocations += 1
        with self._journal(METRICS):
            World._route(self, entry)

    @contextmanager
    def _journal(self, function: str) -> Iterator[None]:
        """What is logged meanwhile, but for what others log inside, is this function's."""
        said, outer = io.StringIO(), _streams()
        _write_to(said)
        with redirect_stdout(said):
            yield
        for handler, stream in outer:
            handler.setStream(stream)
        use, lines = self.used[function], said.getvalue().splitlines()
        use.log_lines += len(lines)
        use.log_bytes += sum(_billed(line, function) for line in lines)

    def _reading(self, params: dict[str, Any], model: Any, **_: Any) -> None:
        if self.meter._deaf:
            return
        if model.name == "BatchGetItem":
            asked = params["RequestItems"].values()
            self._read_units[model.name] += sum(len(request["Keys"]) for request in asked)
        else:
            self._read_units[model.name] += READ_UNITS.get(model.name, 0)


def _streams() -> list[tuple[Any, Any]]:
    handlers = logger._logger.handlers
    return [(h, h.stream) for h in handlers if isinstance(h, logging.StreamHandler)]


def _write_to(stream: io.StringIO) -> None:
    for handler, _ in _streams():
        handler.setStream(stream)


def _billed(line: str, function: str) -> int:
    """Its bytes in production: there the service's own name stands in it."""
    json.loads(line)  # everything that a function writes is one document per line
    service = function.rpartition("-")[0]
    return len(line.encode()) + len(service) - len(ENVIRONMENT["POWERTOOLS_SERVICE_NAME"])


@contextmanager
def unheard() -> Iterator[None]:
    """What is logged meanwhile is nobody's."""
    outer = _streams()
    _write_to(io.StringIO())
    yield
    for handler, stream in outer:
        handler.setStream(stream)
