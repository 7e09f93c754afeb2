"""CloudWatch metrics, by Powertools: written to the log in embedded metric format."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from aws_lambda_powertools.metrics import EphemeralMetrics

# Made once: that costs more than to write a metric with it.
_metrics = EphemeralMetrics()


def put_metric(
    metric: str, value: float, unit: Literal["Count", "None"], dimensions: Mapping[str, str]
) -> None:
    """Write one value of a metric, in a line of its own."""
    _metrics.add_metric(metric, unit, value)
    for name, text in dimensions.items():
        _metrics.add_dimension(name, text)
    _metrics.flush_metrics()
