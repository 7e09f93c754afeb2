"""The ways in which a message can fail.

    Failure
    ├── Retryable          may succeed later: redelivered
    │   ├── Early          the event overtook another one
    │   └── Conflict       another writer had the same item first
    └── Permanent          can never be handled as it is: to the DLQ at once

A business outcome is a decision, not an error. Any other exception is a bug: redelivered up to the
limit.
"""

from __future__ import annotations


class Failure(Exception):
    """Why a message fails; the text is kept with the parked message for an operator."""


class Retryable(Failure):
    """The same message may succeed later."""


class Early(Retryable):
    """The event arrived before the one that makes its move possible, or (`until`) too soon."""

    def __init__(self, why: str, *, until: str | None = None) -> None:
        super().__init__(why)
        self.until = until


class Conflict(Retryable):
    """Another writer had the same item first; read again and decide again."""


class Permanent(Failure):
    """Contract violation or impossible move: another attempt cannot help."""
