"""What each function did in a payment's steps, and how much of it: the input of the bill."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from tests.builders import ENVIRONMENT
from tests.in_memory.bill import read_units, write_units
from tests.in_memory.system import Invocation

RELAY: Final = "event-relay-stream"
METRICS: Final = "metrics-collector-consumer"
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


def uses(invocations: Iterable[Invocation]) -> dict[str, Use]:
    """Return what was used, by function."""
    found: defaultdict[str, Use] = defaultdict(Use)
    for invocation in invocations:
        _add(found[invocation.function], invocation)
    return dict(found)


def _add(use: Use, invocation: Invocation) -> None:
    function, lines = invocation.function, invocation.log.splitlines()
    use.log_lines += len(lines)
    use.log_bytes += sum(_billed(line, function) for line in lines)
    if function == RELAY:
        events = sum(
            len(c.parameters["Entries"]) for c in invocation.calls if c.operation == RELAYED
        )
        use.events += events
        use.invocations += events  # alone: one record, one batch, one call
        use.calls[RELAYED] += events
        return
    use.invocations += 1
    if function == METRICS:
        return
    use.requests += function.endswith("-api")
    use.messages += function.endswith("-consumer")
    called = [call.operation for call in invocation.calls if call.service == "dynamodb"]
    use.calls.update([*called, *invocation.gateway_calls])
    use.write_units += write_units(invocation.calls)
    use.read_units += read_units(invocation.calls)


def _billed(line: str, function: str) -> int:
    """Return a line's bytes in production, where it carries the service's own name."""
    json.loads(line)  # everything that a function writes is one document per line
    service = function.rpartition("-")[0]
    return len(line.encode()) + len(service) - len(ENVIRONMENT["POWERTOOLS_SERVICE_NAME"])
