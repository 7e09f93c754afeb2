"""Read a message of a DLQ: whose it is, why it is there, and which event it holds, as far as that
can be told.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final, get_args

from generated.api.error_handler import FailureKind
from handlers.core.identity import derived, fingerprint
from handlers.core.strict_json import StrictJsonError, strict_json
from handlers.error_handler.decisions import REDRIVES_MAX, DeadLetter
from handlers.error_handler.failed_event import FailedEvent
from handlers.runtime.queue import FAILURE_KIND, FAILURE_REASON, REDRIVES, SqsRecord, source_queue

EVENT_ID: Final = re.compile(r"evt_[a-z2-7]{26}")
PAYMENT_ID: Final = re.compile(r"pay_[a-z2-7]{26}")
EVENT_TYPE: Final = re.compile(r"[a-z]+(\.[a-z][a-z0-9_]*){1,3}")
COUNT: Final = re.compile(r"[0-9]{1,3}")
KINDS: Final = get_args(FailureKind.__value__)
UNTOLD: Final = "redelivered to the limit; the consumer left no word (crashed, or ran out of time)"


def read(record: SqsRecord, prefix: str) -> DeadLetter:
    """`prefix` is the stack's; the rest of the DLQ's name says consumer and channel."""
    _, name = source_queue(record)
    consumer, _, channel = name.removeprefix(f"{prefix}-").removesuffix("-dlq").partition("--")
    body = _event_body(record["body"])
    envelope = _as_object(body)
    data = envelope.get("data")
    kind = _attribute(record, FAILURE_KIND)
    return DeadLetter(
        consumer=consumer,
        channel=channel,
        body=body,
        kind=kind if kind in KINDS else "unknown",  # type: ignore[arg-type]
        reason=_attribute(record, FAILURE_REASON) or _aws_reason(record) or UNTOLD,
        redrives=_redrives(record),
        event_type=_matching(EVENT_TYPE, envelope.get("type")),
        event_id=_matching(EVENT_ID, envelope.get("id")),
        payment_id=_matching(
            PAYMENT_ID, data.get("payment_id") if isinstance(data, Mapping) else None
        ),
    )


def parked(letter: DeadLetter, why: str, now: str) -> FailedEvent:
    """The letter as an entry for an operator.

    Its content names it: the same message that fails again is the same entry, but neither an event
    that was announced again nor a forged one with its id takes its place.
    """
    return FailedEvent(
        failed_event_id=derived("fev", letter.consumer, letter.channel, fingerprint(letter.body)),
        status="open",
        consumer=letter.consumer,
        channel=letter.channel,
        kind=letter.kind,
        reason=f"{letter.reason} ({why})",
        body=letter.body,
        parked_at=now,
        event_type=letter.event_type,
        event_id=letter.event_id,
        payment_id=letter.payment_id,
    )


def _redrives(record: SqsRecord) -> int:
    """How often it was re-driven. A count that error-handler did not write counts as used up, so
    that the message ends with an operator.
    """
    said = _attribute(record, REDRIVES) or "0"
    return int(said) if COUNT.fullmatch(said) else REDRIVES_MAX


def _event_body(body: str) -> str:
    """The event itself, out of what AWS wraps around it.

    EventBridge parks a whole bus entry when it cannot reach a target; Lambda parks a record of the
    invocation when that failed for good.
    """
    entry = _as_object(body)
    for marker, name in (("detail-type", "detail"), ("requestContext", "requestPayload")):
        inner = entry.get(name)
        if marker in entry and isinstance(inner, Mapping):
            return json.dumps(inner, separators=(",", ":"))
    return body


def _as_object(body: str) -> Mapping[str, Any]:
    try:
        value = strict_json(body)
    except StrictJsonError:
        return {}
    return value if isinstance(value, Mapping) else {}


def _attribute(record: SqsRecord, name: str) -> str | None:
    value: str | None = (record.get("messageAttributes") or {}).get(name, {}).get("stringValue")
    return value


def _aws_reason(record: SqsRecord) -> str | None:
    """What EventBridge (ERROR_MESSAGE) or Lambda (in its record) says when it parks a message."""
    said = _attribute(record, "ERROR_MESSAGE")
    context = _as_object(record["body"]).get("requestContext")
    condition = context.get("condition") if isinstance(context, Mapping) else None
    return said or (f"the invocation failed: {condition}" if condition else None)


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
