"""The one dashboard: what becomes of payments, then each part that they pass, in that order."""

import json
from typing import Final

from troposphere import Sub
from troposphere.cloudwatch import Dashboard

from infra.template import routing
from infra.template.functions import FUNCTIONS, receiver
from infra.template.naming import API_STAGE, METRICS_NAMESPACE, PREFIX, named

COLUMNS: Final = 24
ROW_UNITS: Final = 6
PERIOD_S: Final = 60

Metric = list[object]


def build() -> Dashboard:
    """The dashboard of this stack."""
    graphs = [
        _searched("Events by type", "EventCount"),
        _searched("Payments that succeeded and failed", "PaymentSuccess", "PaymentFailure"),
        _searched("Amount by currency (minor units)", "PaymentAmount"),
        *_api(),
        _graph("Functions: time p99 (ms)", _by_function("Duration", "p99")),
        _graph("Functions: errors", _by_function("Errors", "Sum")),
        _graph("Functions: throttles", _by_function("Throttles", "Sum")),
        _graph("Relay: age of the oldest record (ms)", [_stream_age()]),
        _graph("Queues: age of the oldest message (s)", _by_queue("ApproximateAgeOfOldestMessage")),
        _graph(
            "Dead-letter queues: messages",
            [
                _queue_metric("ApproximateNumberOfMessagesVisible", name)
                for name in routing.dead_letter_queues()
            ],
        ),
    ]
    body = {"widgets": [_placed(index, graph) for index, graph in enumerate(graphs)]}
    return Dashboard(
        "PaymentsDashboard", DashboardName=named("overview"), DashboardBody=Sub(json.dumps(body))
    )


def _placed(index: int, graph: dict[str, object]) -> dict[str, object]:
    per_row = 3
    width = COLUMNS // per_row
    row, column = divmod(index, per_row)
    place = {"x": column * width, "y": row * ROW_UNITS, "width": width, "height": ROW_UNITS}
    return {"type": "metric", **place, "properties": graph}


def _graph(title: str, metrics: list[Metric]) -> dict[str, object]:
    return {"title": title, "region": "${AWS::Region}", "period": PERIOD_S, "metrics": metrics}


def _searched(title: str, *names: str) -> dict[str, object]:
    """The metrics that handlers count, whatever their dimensions are."""
    return _graph(
        title,
        [
            [
                {
                    "expression": "SEARCH('"
                    f'Namespace="{METRICS_NAMESPACE}" MetricName="{name}"'
                    f"', 'Sum', {PERIOD_S})"
                }
            ]
            for name in names
        ],
    )


def _api() -> list[dict[str, object]]:
    def metric(name: str, statistic: str) -> Metric:
        dimensions = ["ApiName", f"{PREFIX}-api", "Stage", API_STAGE]
        return ["AWS/ApiGateway", name, *dimensions, {"stat": statistic}]

    return [
        _graph(
            "API: requests", [metric(name, "Sum") for name in ("Count", "4XXError", "5XXError")]
        ),
        _graph("API: latency (ms)", [metric("Latency", stat) for stat in ("p50", "p99")]),
    ]


def _by_function(name: str, statistic: str) -> list[Metric]:
    return [
        ["AWS/Lambda", name, "FunctionName", f"{PREFIX}-{function.name}", {"stat": statistic}]
        for function in FUNCTIONS
    ]


def _stream_age() -> Metric:
    relay = f"{PREFIX}-{receiver(routing.RELAY).name}"
    return ["AWS/Lambda", "IteratorAge", "FunctionName", relay, {"stat": "Maximum"}]


def _by_queue(name: str) -> list[Metric]:
    return [_queue_metric(name, queue) for queue in routing.source_queues()]


def _queue_metric(name: str, queue: str) -> Metric:
    return ["AWS/SQS", name, "QueueName", f"{PREFIX}-{queue}", {"stat": "Maximum"}]
