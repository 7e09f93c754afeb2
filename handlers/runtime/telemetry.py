"""Logs and metrics, by Powertools: one structured line per message or request, at the boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.logging import Logger

if TYPE_CHECKING:
    from generated.common import CloudEvent

logger = Logger()


def facts(message: CloudEvent) -> dict[str, str]:
    """Return what a log line shows of an event: ids only, no personal data."""
    data = vars(message.data) if hasattr(message, "data") else {}
    named = {
        "event_type": message.type,
        "event_id": message.id,
        "payment_id": data.get("payment_id"),
        "deposit_id": data.get("deposit_id"),
        "user_id": data.get("user_id"),
        "correlation_id": message.correlationid,
        "causation_id": message.causationid,
    }
    return {name: value for name, value in named.items() if value}


def count(metric: str, **dimensions: str) -> None:
    """Count one occurrence of a rare event; the metrics module is imported only then."""
    from handlers.runtime.metrics import put_metric

    put_metric(metric, 1, "Count", dimensions)
