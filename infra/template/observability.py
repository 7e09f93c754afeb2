"""Alarms: what an operator must hear of. Each says what it means and where to read on."""

from typing import Any, Final

from troposphere import Ref, Template
from troposphere.cloudwatch import Alarm, MetricDimension

from infra.template import dashboard, routing
from infra.template.functions import FUNCTIONS, receiver
from infra.template.naming import API_STAGE, METRICS_NAMESPACE, camel, named
from infra.template.notifications import TOPIC

STREAM_AGE_MAX_MS: Final = 60_000
API_P99_MAX_MS: Final = 2_000


def add(template: Template) -> None:
    """Add every alarm and the dashboard."""
    for queue in routing.dead_letter_queues():
        template.add_resource(_dead_letter_alarm(queue))
    for function in FUNCTIONS:
        for metric in ("Errors", "Throttles"):
            template.add_resource(_function_alarm(function.name, metric))
    for service in routing.consuming_services():
        template.add_resource(_parked_alarm(service))
    template.add_resource(_circuit_alarm())
    template.add_resource(_stream_alarm())
    for alarm in _api_alarms():
        template.add_resource(alarm)
    template.add_resource(dashboard.build())


def _alarm(title: str, name: str, meaning: str, **what: Any) -> Alarm:
    return Alarm(
        f"{title}Alarm",
        AlarmName=named(name),
        AlarmDescription=meaning,
        AlarmActions=[Ref(TOPIC)],
        OKActions=[Ref(TOPIC)],
        TreatMissingData="notBreaching",
        **{
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0,
            "Period": 60,
            "EvaluationPeriods": 1,
            **what,
        },
    )


def _dimensions(**names: object) -> list[MetricDimension]:
    return [MetricDimension(Name=name, Value=value) for name, value in names.items()]


def _dead_letter_alarm(queue: str) -> Alarm:
    return _alarm(
        camel(queue),
        f"not-empty-{queue}",
        f"{queue} is not empty: error-handler does not keep up. See docs/runbooks/dlq-alarm.md.",
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Dimensions=_dimensions(QueueName=named(queue)),
        Statistic="Maximum",
    )


def _function_alarm(function: str, metric: str) -> Alarm:
    meaning = {"Errors": "crashed or timed out", "Throttles": "was refused capacity"}[metric]
    return _alarm(
        camel(f"{function}-{metric}"),
        f"{metric.lower()}-{function}",
        f"{function} {meaning}. Its log group says more.",
        Namespace="AWS/Lambda",
        MetricName=metric,
        Dimensions=_dimensions(FunctionName=named(function)),
        Statistic="Sum",
    )


def _parked_alarm(service: str) -> Alarm:
    """An event was parked: of payment-orchestrator, a payment's last reminder among others."""
    return _alarm(
        f"{camel(service)}Parked",
        f"parked-{service}",
        f"{service} could not handle an event; review it. See docs/runbooks/redrive.md.",
        Namespace=METRICS_NAMESPACE,
        MetricName="FailedEventParked",
        Dimensions=_dimensions(service=routing.ERROR_HANDLER, consumer=service),
        Statistic="Sum",
    )


def _circuit_alarm() -> Alarm:
    return _alarm(
        "GatewayCircuitOpen",
        "gateway-circuit-open",
        "The gateway does not answer and is left alone a while. See docs/runbooks/circuit-open.md.",
        Namespace=METRICS_NAMESPACE,
        MetricName="GatewayCircuitOpen",
        Dimensions=_dimensions(service="gateway-processor"),
        Statistic="Sum",
    )


def _stream_alarm() -> Alarm:
    """One for the three streams: Lambda reports the age by function, not by source."""
    relay = receiver(routing.RELAY).name
    return _alarm(
        "StreamAge",
        f"stream-age-{relay}",
        "Events are published late, or not at all. See docs/runbooks/stream-lag.md.",
        Namespace="AWS/Lambda",
        MetricName="IteratorAge",
        Dimensions=_dimensions(FunctionName=named(relay)),
        Statistic="Maximum",
        Threshold=STREAM_AGE_MAX_MS,
    )


def _api_alarms() -> tuple[Alarm, Alarm]:
    api = _dimensions(ApiName=named("api"), Stage=API_STAGE)
    errors = _alarm(
        "ApiServerErrors",
        "api-server-errors",
        "The API answered 5XX.",
        Namespace="AWS/ApiGateway",
        MetricName="5XXError",
        Dimensions=api,
        Statistic="Sum",
    )
    latency = _alarm(
        "ApiLatency",
        "api-latency-p99",
        f"One request in a hundred takes longer than {API_P99_MAX_MS} ms.",
        Namespace="AWS/ApiGateway",
        MetricName="Latency",
        Dimensions=api,
        ExtendedStatistic="p99",
        Threshold=API_P99_MAX_MS,
        Period=300,
        EvaluationPeriods=3,
    )
    return errors, latency
