"""The ways in which a message can fail.

    Failure
    ├── Retryable          the world may differ in a moment: redelivered
    │   ├── Early          the event overtook another one
    │   └── Conflict       somebody else wrote the same item first
    └── Permanent          it can never be handled as it is: to the DLQ at once

A business outcome is not an error but a decision. Any other exception is a bug: redelivered to the
limit.
"""

from __future__ import annotations


class Failure(Exception):
    """Something that a message can fail for; its text is kept with the parked message for an
    operator to read.
    """


class Retryable(Failure):
    """The world may differ in a moment."""


class Early(Retryable):
    """The event came before the one that makes its move possible, or (`until`) before its time."""

    def __init__(self, why: str, *, until: str | None = None) -> None:
        super().__init__(why)
        self.until = until


class Conflict(Retryable):
    """Somebody else wrote the same item first; read again and decide again."""


class Permanent(Failure):
    """Contract violation or impossible move: trying again cannot help."""
