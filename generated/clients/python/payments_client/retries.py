"""Whether and when a failed attempt is repeated. Pure: the clients do the waiting."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from .call import Call
from .errors import PaymentsError, Problem, UnexpectedAnswer, Unreachable

# Refused before anything was done; the others may come after the work, from something between.
NOT_DONE: Final = frozenset({429})
PASSING: Final = NOT_DONE | {502, 503, 504}


@dataclass(frozen=True, slots=True)
class Retries:
    """Attempt n waits a random time up to delay_first_s * 2^(n-1), at most delay_max_s, and not
    less than the API asks for. Only what is safe to repeat is repeated: reading, and whatever
    carries an Idempotency-Key; anything else only when it was certainly not done.
    """

    attempts_max: int = 4
    delay_first_s: float = 0.2
    delay_max_s: float = 5.0
    retry_after_max_s: float = 30.0
    """An API that asks for a longer pause is not waited for: the caller hears of it."""
    random: Callable[[], float] = random.random

    def delay_s(self, call: Call[Any], attempt: int, failure: PaymentsError) -> float | None:
        """Seconds until the next attempt after this one (the first is 1); None: there is none."""
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
