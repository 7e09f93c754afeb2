"""The magic payees: what the simulated gateway does for whom.

docs/gateway-simulator.md explains them to people.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from typing import Final

DECLINE_CODES: Final = (
    "do_not_honor",
    "suspected_fraud",
    "limit_exceeded",
    "payee_unknown",
    "payee_closed",
)
_DECLINES: Final = "payee_decline_"
_DECLINE_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")


class Processing(Enum):
    """When a charge request is decided."""

    AT_ONCE = auto()
    TWICE = auto()  # as a gateway does whose own network repeats a request
    SLOWLY = auto()
    LATE = auto()  # after the client stopped waiting
    NEVER = auto()


class Answering(Enum):
    """What becomes of the answer to a charge request."""

    TRUE = auto()
    HELD = auto()  # until the client stopped waiting
    LOST = auto()  # the connection is closed without an answer
    UNAVAILABLE = auto()
    TRUNCATED = auto()
    NOT_IN_CONTRACT = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Behaviour:
    """How one charge request is treated."""

    processing: Processing = Processing.AT_ONCE
    answering: Answering = Answering.TRUE
    decline_code: str | None = None  # approved without
    forever: bool = False  # otherwise only the first requests of a key are treated like this
    silent_on_inquiry: bool = False  # until the key is settled


MAGIC_PAYEES: Final[Mapping[str, Behaviour]] = {
    "payee_slow": Behaviour(processing=Processing.SLOWLY, forever=True),
    "payee_timeout_before_charge": Behaviour(processing=Processing.NEVER, answering=Answering.HELD),
    "payee_timeout_after_charge": Behaviour(answering=Answering.HELD),
    "payee_timeout_after_decline": Behaviour(answering=Answering.HELD, decline_code="do_not_honor"),
    "payee_late_charge": Behaviour(processing=Processing.LATE),
    "payee_answer_lost": Behaviour(answering=Answering.LOST),
    "payee_error_before_charge": Behaviour(
        processing=Processing.NEVER, answering=Answering.UNAVAILABLE
    ),
    "payee_error_after_charge": Behaviour(answering=Answering.UNAVAILABLE),
    "payee_malformed_answer": Behaviour(answering=Answering.TRUNCATED),
    "payee_wrong_answer": Behaviour(answering=Answering.NOT_IN_CONTRACT),
    "payee_duplicate_request": Behaviour(processing=Processing.TWICE),
    "payee_never_answers": Behaviour(
        processing=Processing.NEVER,
        answering=Answering.HELD,
        forever=True,
        silent_on_inquiry=True,
    ),
    "payee_charge_down": Behaviour(
        processing=Processing.NEVER, answering=Answering.UNAVAILABLE, forever=True
    ),
}


def behaviour(payee: str, *, attempt: int, faulty_attempts: int) -> Behaviour:
    """How the `attempt`th charge request of one key is treated. Without magic: approved."""
    if payee.startswith(_DECLINES):
        code = payee.removeprefix(_DECLINES)
        known = _DECLINE_CODE.fullmatch(code)
        return Behaviour(decline_code=code if known else "payee_unknown")
    magic = MAGIC_PAYEES.get(payee, Behaviour())
    if magic.forever or attempt <= faulty_attempts:
        return magic
    return Behaviour(decline_code=magic.decline_code)


def silent_on_inquiry(payee: str | None) -> bool:
    """Whether the gateway does not answer about an undecided key that is to pay `payee`."""
    return MAGIC_PAYEES.get(payee or "", Behaviour()).silent_on_inquiry
