"""What an HTTP answer of the gateway means, as specs/gateway.openapi.yaml defines it.

Strict on purpose: an answer that differs from the contract anywhere leaves the outcome unknown,
because money may have moved. `_outcome` and what it calls know the documents; the rest knows
statuses and problem types.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias

from handlers.core.errors import Permanent
from handlers.core.strict_json import StrictJsonError, strict_json
from handlers.gateway_processor.gateway import Answer, Approved, Cancelled, Declined, NotFound

Operation: TypeAlias = Literal["charge", "inquire", "cancel"]

_SUCCESS: Final = {"charge": 201, "inquire": 200, "cancel": 200}
_PROBLEM_ANSWERS: Final[Mapping[tuple[str, int], tuple[str, Answer]]] = {
    ("charge", 409): ("urn:problem-type:gateway:key-cancelled", Cancelled()),
    ("inquire", 404): ("urn:problem-type:gateway:charge-not-found", NotFound()),
}
KEY_REFUSED: Final = frozenset({401, 403})
_REQUEST_REFUSED: Final = frozenset({400, 413, 415, 422})

CHARGE_ID: Final = re.compile(r"ch_[A-Za-z0-9]{1,64}")
DECLINE_CODE: Final = re.compile(r"[a-z][a-z0-9_]{1,39}")
PROBLEM_TYPE: Final = re.compile(r"urn:problem-type:gateway:[a-z-]{1,40}")


class NoAnswerError(Exception):
    """The outcome is unknown. Its text never quotes the gateway, which may quote a secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One question to the gateway; `key` and `amount` are what it must answer about."""

    operation: Operation
    method: str
    path: str
    key: str
    amount: Mapping[str, Any]
    attempts_max: int
    body: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back, read to its end."""

    status: int
    media_type: str
    body: bytes


def understand(call: Call, reply: Reply) -> Answer:
    """The answer to `call`.

    Raises NoAnswerError for an unknown outcome and Permanent for a refused request.
    """
    if reply.status == _SUCCESS[call.operation]:
        return _outcome(call, _document(reply, "application/json"))
    problem_type = _problem_type(reply)
    if reply.status in _REQUEST_REFUSED:
        raise Permanent(
            f"the gateway refused to {call.operation} {call.key} ({reply.status}, {problem_type}): "
            "compare the request with specs/gateway.openapi.yaml"
        )
    expected_type, answer = _PROBLEM_ANSWERS.get((call.operation, reply.status), ("", None))
    if answer is not None and problem_type == expected_type:
        return answer
    raise NoAnswerError(f"it answered {reply.status}, {problem_type}")


def _problem_type(reply: Reply) -> str:
    """Return the type of a problem of the contract, or a text for one that is not."""
    try:
        found = _document(reply, "application/problem+json").get("type")
    except NoAnswerError:
        return "no problem document"
    known = isinstance(found, str) and PROBLEM_TYPE.fullmatch(found)
    return str(found) if known else "a problem that is not in the contract"


def _document(reply: Reply, media_type: str) -> dict[str, Any]:
    if reply.media_type != media_type:
        raise NoAnswerError(f"it answered {reply.status} with a body that is not {media_type}")
    try:
        document = strict_json(reply.body)
    except StrictJsonError as error:
        raise NoAnswerError(f"it answered {reply.status} with a body that {error}") from None
    if not isinstance(document, dict):
        raise NoAnswerError("its answer lacks an object")
    return document


def _outcome(call: Call, document: Mapping[str, Any]) -> Answer:
    """Return what an answer means: the one place to change for another gateway's contract."""
    _expect(document.get("idempotency_key") == call.key, "the idempotency_key that was asked about")
    _expect(_is_timestamp(document.get("created_at")), "created_at")
    match document.get("status"):
        case "approved":
            _expect("decline_code" not in document, "no decline_code beside approved")
            return Approved(_charge_id(call, document))
        case "declined":
            _charge_id(call, document)
            return Declined(_matching(DECLINE_CODE, document, "decline_code"))
        case "cancelled" if call.operation != "charge":
            _expect("charge_id" not in document, "no charge_id beside cancelled")
            return Cancelled()
        case _:
            raise NoAnswerError("its answer lacks a status of the contract")


def _charge_id(call: Call, document: Mapping[str, Any]) -> str:
    amount = document.get("amount")
    well_formed = (
        isinstance(amount, dict)
        and type(amount.get("value")) is int
        and isinstance(amount.get("currency"), str)
    )
    _expect(well_formed, "amount")
    _expect(amount == call.amount, "the amount that was asked for")
    return _matching(CHARGE_ID, document, "charge_id")


def _matching(pattern: re.Pattern[str], document: Mapping[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str) or not pattern.fullmatch(value):
        raise NoAnswerError(f"its answer lacks {name}")
    return value


def _is_timestamp(value: object) -> bool:
    if not isinstance(value, str):
        return False
    try:
        return datetime.fromisoformat(value).tzinfo is not None
    except ValueError:
        return False


def _expect(holds: bool, what: str) -> None:
    if not holds:
        raise NoAnswerError(f"its answer lacks {what}")
