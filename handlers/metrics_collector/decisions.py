"""What metrics-collector measures of each event. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from generated.events.payment_completed import PaymentCompleted
from generated.events.payment_failed import PaymentFailed
from generated.services.metrics_collector import MetricsCollectorMessage


@dataclass(frozen=True, slots=True)
class Measurement:
    """A CloudWatch metric; PaymentAmount is in minor units of its currency."""

    metric: Literal["EventCount", "PaymentAmount", "PaymentSuccess", "PaymentFailure"]
    value: int
    dimensions: Mapping[str, str] = field(default_factory=dict)
    unit: Literal["Count", "None"] = "Count"


def measure(message: MetricsCollectorMessage) -> tuple[Measurement, ...]:
    """Nothing for an event that is announced again: it was measured when it was announced first."""
    if message.reannounced:
        return ()
    counted = Measurement("EventCount", 1, {"event_type": message.type})
    match message.data:
        case PaymentCompleted(amount=amount):
            by = {"currency": amount.currency}
            spent = Measurement("PaymentAmount", amount.value, by, unit="None")
            return (counted, spent, Measurement("PaymentSuccess", 1))
        case PaymentFailed():
            return (counted, Measurement("PaymentFailure", 1))
        case _:
            return (counted,)
