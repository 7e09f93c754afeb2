"""Logs and metrics, by Powertools: one structured line per message or request, at the boundary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aws_lambda_powertools.logging import Logger

if TYPE_CHECKING:
    from generated.common import CloudEvent

logger = Logger()


def facts(message: CloudEvent) -> dict[str, str]:
    """What a log line says of an event; ids only, no personal data."""
    data = getattr(message, "data", None)
    named = {
        "event_type": message.type,
        "event_id": message.id,
        "payment_id": getattr(data, "payment_id", None),
        "deposit_id": getattr(data, "deposit_id", None),
        "user_id": getattr(data, "user_id", None),
        "correlation_id": message.correlationid,
        "causation_id": message.causationid,
    }
    return {name: value for name, value in named.items() if value}


def count(metric: str, **dimensions: str) -> None:
    """One occurrence as a CloudWatch metric, written to the log in embedded metric format."""
    from aws_lambda_powertools.metrics import MetricUnit, single_metric

    with single_metric(name=metric, unit=MetricUnit.Count, value=1) as single:
        for name, value in dimensions.items():
            single.add_dimension(name=name, value=value)
