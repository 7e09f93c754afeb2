"""Read a dead letter: its consumer, why it failed, and its event as far as it can be read."""

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
NO_REASON: Final = (
    "redelivered to the limit; the consumer recorded no reason (it crashed or ran out of time)"
)


def read(record: SqsRecord, prefix: str) -> DeadLetter:
    """Return the dead letter of a record; `prefix` is that of the stack's names."""
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
        reason=_attribute(record, FAILURE_REASON) or _aws_reason(record) or NO_REASON,
        redrives=_redrives(record),
        event_type=_matching(EVENT_TYPE, envelope.get("type")),
        event_id=_matching(EVENT_ID, envelope.get("id")),
        payment_id=_matching(
            PAYMENT_ID, data.get("payment_id") if isinstance(data, Mapping) else None
        ),
    )


def parked(dead_letter: DeadLetter, why: str, now: str) -> FailedEvent:
    """Return the entry for an operator.

    Its id follows from its content: the same message that fails again is the same entry, but an
    event that was announced again, or a forged one with the same id, is another.
    """
    return FailedEvent(
        failed_event_id=derived(
            "fev", dead_letter.consumer, dead_letter.channel, fingerprint(dead_letter.body)
        ),
        status="open",
        consumer=dead_letter.consumer,
        channel=dead_letter.channel,
        kind=dead_letter.kind,
        reason=f"{dead_letter.reason} ({why})",
        body=dead_letter.body,
        parked_at=now,
        event_type=dead_letter.event_type,
        event_id=dead_letter.event_id,
        payment_id=dead_letter.payment_id,
    )


def _redrives(record: SqsRecord) -> int:
    """Return how often it was re-driven.

    A count that error-handler did not write counts as the limit, so that an operator decides.
    """
    count = _attribute(record, REDRIVES) or "0"
    return int(count) if COUNT.fullmatch(count) else REDRIVES_MAX


def _event_body(body: str) -> str:
    """Return the event itself, without what AWS wraps around it.

    EventBridge parks a whole bus entry when it cannot reach a target; Lambda parks a record of an
    invocation that failed its last attempt.
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
    """Return the reason of EventBridge (ERROR_MESSAGE) or Lambda (in its record)."""
    reason = _attribute(record, "ERROR_MESSAGE")
    context = _as_object(record["body"]).get("requestContext")
    condition = context.get("condition") if isinstance(context, Mapping) else None
    return reason or (f"the invocation failed: {condition}" if condition else None)


def _matching(pattern: re.Pattern[str], value: object) -> str | None:
    return value if isinstance(value, str) and pattern.fullmatch(value) else None
