"""Deadlines, and how httpx keeps them."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Final

import httpx

STEPS: Final = ("connect", "read", "write", "pool")
SHORTEST_S: Final = 0.001  # for a socket, 0 means: do not block


class Deadline:
    """A deadline on the monotonic clock."""

    def __init__(self, timeout_s: float) -> None:
        self._end_s = time.monotonic() + timeout_s

    @property
    def left_s(self) -> float:
        """Seconds left, at least 0."""
        return max(0.0, self._end_s - time.monotonic())


class Steps(Mapping[str, float]):
    """httpx's extension `timeout`: each step gets the time that is left when it begins.

    So all steps together do not exceed the deadline.
    """

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline

    def __getitem__(self, step: str) -> float:
        return max(SHORTEST_S, self._deadline.left_s)

    def __iter__(self) -> Iterator[str]:
        return iter(STEPS)

    def __len__(self) -> int:
        return len(STEPS)


class InTime(httpx.SyncByteStream):
    """The bytes of an answer. Raises ReadTimeout when they come too late.

    httpx alone would allow each read the time that was left for the first.
    """

    def __init__(self, stream: httpx.SyncByteStream, deadline: Deadline) -> None:
        self._stream = stream
        self._deadline = deadline

    def __iter__(self) -> Iterator[bytes]:
        for part in self._stream:
            if not self._deadline.left_s:
                raise httpx.ReadTimeout("the answer did not end in time")
            yield part

    def close(self) -> None:
        self._stream.close()
