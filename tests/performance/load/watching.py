"""See payments end without asking the API: in a queue that gets a copy of every event."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from infra.local.stack import PREFIX, LocalStack
from infra.local.tap import Tap

ENDS: Final = {"payment.completed": "completed", "payment.failed": "failed"}


@dataclass(slots=True)
class Ends:
    """Payment → how and when it ended, from its last event; grows while events are watched."""

    seen: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    def wait_for(self, payment_ids: set[str], timeout_s: float) -> float:
        """Wait until all of them have ended, or time is up. Return the seconds that took."""
        begin_s = time.monotonic()
        while not payment_ids <= self.seen.keys() and time.monotonic() - begin_s < timeout_s:
            time.sleep(0.1)
        return time.monotonic() - begin_s


@contextmanager
def watching(stack: LocalStack) -> Iterator[Ends]:
    """Collect the ends of all payments meanwhile."""
    tap = Tap(stack.aws, stack.outputs["EventBusName"], f"{PREFIX}-load-{uuid.uuid4().hex[:8]}")
    ends, over = Ends(), threading.Event()
    tap.open()

    def watch() -> None:
        for sighting in tap.passing():
            if sighting and sighting.type in ENDS:
                ends.seen[sighting.subject] = (ENDS[sighting.type], sighting.time)
            if over.is_set():
                return

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield ends
    finally:
        over.set()
        watcher.join()
        tap.close()
