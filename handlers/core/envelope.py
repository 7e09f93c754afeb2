"""Events as they travel: CloudEvents in JSON.

Reading one validates it against the contract; writing one names it.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from generated.common import CloudEvent
from generated.model import Model
from handlers.core.errors import Permanent
from handlers.core.identity import event_id
from handlers.core.strict_json import StrictJsonError, strict_json

M = TypeVar("M", bound=CloudEvent)

VIOLATIONS_MAX = 5  # how many are named; the message itself is kept whole


@dataclass(frozen=True, slots=True)
class Cause:
    """Why an event is announced: its journey, and the event that caused it (none: a request)."""

    correlation_id: str
    causation_id: str | None = None


@dataclass(frozen=True, slots=True)
class Envelope:
    """What an event claims to be, before its model is known."""

    type: str
    source: str


def read_envelope(body: str) -> Envelope:
    """Return type and source of a message. Raises Permanent when it is no CloudEvent in JSON."""
    try:
        envelope = strict_json(body)
    except StrictJsonError as error:
        raise Permanent(f"breaks the contract: the message {error}") from error
    if isinstance(envelope, dict):
        event_type, source = envelope.get("type"), envelope.get("source")
        if isinstance(event_type, str) and isinstance(source, str):
            return Envelope(event_type, source)
    raise Permanent("breaks the contract: the message has no type and source of a CloudEvent")


def parsed(model: type[M], body: str) -> M:
    """Return the event in a message's body.

    Raises Permanent, naming what is wrong, when the body breaks the event's schema.
    """
    try:
        message = model.model_validate_json(body)
    except ValidationError as error:
        raise Permanent(f"breaks the contract: {violations(error)}") from error
    except ValueError as error:  # for example a lone surrogate in the text
        raise Permanent(f"breaks the contract: {error}") from error
    if "null" in body:
        refuse_nulls(message)
    return message


def violations(error: ValidationError) -> str:
    """Return what is wrong, field by field, without the values: they may be private."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    named = [
        f"{'.'.join(str(step) for step in e['loc']) or 'body'}: {e['msg']}"
        for e in found[:VIOLATIONS_MAX]
    ]
    more = [f"and {len(found) - VIOLATIONS_MAX} more"] if len(found) > VIOLATIONS_MAX else []
    return "; ".join(named + more)


def refuse_nulls(value: BaseModel, path: str = "") -> None:
    """Refuse null in fields of the contract: absent is absent.

    Fields of a later minor version may have any value. Raises Permanent naming the field.
    """
    for name in type(value).model_fields:
        at = f"{path}.{name}" if path else name
        item = getattr(value, name)
        if item is None and name in value.model_fields_set:
            raise Permanent(f"breaks the contract: {at}: must not be null")
        if isinstance(item, BaseModel):
            refuse_nulls(item, at)


def announcement(
    event: Model, *, event_type: str, source: str, subject: str, time: str, cause: Cause
) -> str:
    """Return the event as a CloudEvent in JSON, ready for an outbox."""
    causation = {"causationid": cause.causation_id} if cause.causation_id else {}
    envelope = {
        "specversion": "1.0",
        "id": event_id(event_type, subject),
        "source": source,
        "type": event_type,
        "subject": subject,
        "time": time,
        "correlationid": cause.correlation_id,
        **causation,
        "data": event.model_dump(mode="json", exclude_none=True),
    }
    return json.dumps(envelope, separators=(",", ":"))


def announced_again(outbox: str) -> str:
    """Return the same announcement, same id and time, marked so that it is counted once."""
    envelope = json.loads(outbox)
    envelope["reannounced"] = envelope.get("reannounced", 0) + 1
    return json.dumps(envelope, separators=(",", ":"))


def times_announced_again(outbox: str) -> int:
    """Return how often an outbox has announced its event again."""
    count: int = json.loads(outbox).get("reannounced", 0)
    return count
