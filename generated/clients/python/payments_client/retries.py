"""Whether and when a failed attempt is repeated. Pure: the clients wait."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .call import Call
from .errors import PaymentsError, Problem, UnexpectedAnswer, Unreachable

# 429 refuses before any work; the others may come from a proxy after the work.
NOT_DONE: Final = frozenset({429})
PASSING: Final = NOT_DONE | {502, 503, 504}


@dataclass(frozen=True, slots=True)
class Retries:
    """How to retry: exponential delays with full jitter, and at least Retry-After.

    Attempt n is followed by a random delay up to delay_first_s * 2^(n-1), at most delay_max_s. Only
    reads and calls with an Idempotency-Key are retried, others only if certainly not carried out.
    """

    attempts_max: int = 4
    delay_first_s: float = 0.2
    delay_max_s: float = 5.0
    retry_after_max_s: float = 30.0
    """With a longer Retry-After, the call fails without a retry."""
    random: Callable[[], float] = random.random

    def delay_s(self, call: Call[Any], attempt: int, failure: PaymentsError) -> float | None:
        """Return the seconds until the next attempt after this one (the first is 1), or None."""
        if attempt >= self.attempts_max or not _may_pass(call, failure):
            return None
        asked_s = getattr(failure, "retry_after_s", None) or 0.0
        if asked_s > self.retry_after_max_s:
            return None
        ceiling_s = min(self.delay_max_s, self.delay_first_s * 2.0 ** (attempt - 1))
        return float(asked_s + ceiling_s * self.random())


NEVER: Final = Retries(attempts_max=1)


def _may_pass(call: Call[Any], failure: PaymentsError) -> bool:
    match failure:
        case Unreachable():
            return call.repeatable or not failure.maybe_done
        case Problem() | UnexpectedAnswer():
            return failure.status in (PASSING if call.repeatable else NOT_DONE)
        case _:
            return False
