"""Alarms for operators. Each one says what it means and names its runbook."""

from typing import Any, Final

from troposphere import Equals, Not, Ref, Template
from troposphere.cloudwatch import Alarm, Metric, MetricDataQuery, MetricDimension, MetricStat

from infra.services.rows import streamed_tables
from infra.template import dashboard, routing
from infra.template.functions import FUNCTIONS, receiver
from infra.template.naming import API_STAGE, METRICS_NAMESPACE, camel, named
from infra.template.notifications import TOPIC
from infra.template.sources import stream_source

PERIOD_S: Final = 60
STREAM_AGE_MAX_MS: Final = 60_000
STREAM_SILENCE_MAX_PERIODS: Final = 5
QUEUE_AGE_MAX_S: Final = 300
DELAY_MAX_S: Final = 900  # SQS's own limit, so the most that ExpirySeconds can be
MESSAGE_STAY_MAX_PERIODS: Final = 5
API_P99_MAX_MS: Final = 2_000

# MiniStack refuses alarms on more than one metric, and evaluates none.
SUMS_ARE_KNOWN: Final = "SumsOfMetricsAreKnown"


def add(template: Template) -> None:
    """Add every alarm and the dashboard."""
    template.add_condition(SUMS_ARE_KNOWN, Not(Equals(Ref("Platform"), "ministack")))
    for queue in routing.dead_letter_queues():
        template.add_resource(_dead_letter_alarm(queue))
    for queue in routing.source_queues():
        template.add_resource(_queue_alarm(queue))
    for function in FUNCTIONS:
        for metric in ("Errors", "Throttles"):
            template.add_resource(_function_alarm(function.name, metric))
    for service in routing.consuming_services():
        template.add_resource(_parked_alarm(service))
    template.add_resource(_circuit_alarm())
    template.add_resource(_stream_alarm())
    for table in streamed_tables():
        template.add_resource(_silence_alarm(table))
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
        **{
            "TreatMissingData": "notBreaching",
            "ComparisonOperator": "GreaterThanThreshold",
            "Threshold": 0,
            "EvaluationPeriods": 1,
            # In a sum, each metric has a period of its own.
            **({} if "Metrics" in what else {"Period": PERIOD_S}),
            **what,
        },
    )


def _dimensions(**names: object) -> list[MetricDimension]:
    return [MetricDimension(Name=name, Value=value) for name, value in names.items()]


def _dead_letter_alarm(queue: str) -> Alarm:
    """A message that cannot be handled is in flight nearly always, and waits only for moments.

    A message that is handled is in at most one period of the alarm, so it does not set it off.
    """
    return _alarm(
        camel(queue),
        f"not-empty-{queue}",
        f"{queue} is not empty: error-handler does not keep up. See docs/runbooks/dlq-alarm.md.",
        Condition=SUMS_ARE_KNOWN,
        Metrics=[
            # SQS reports what is in flight only while something is.
            MetricDataQuery(
                Id="messages", Expression="visible + FILL(in_flight, 0)", ReturnData=True
            ),
            _messages("visible", "ApproximateNumberOfMessagesVisible", queue),
            _messages("in_flight", "ApproximateNumberOfMessagesNotVisible", queue),
        ],
        EvaluationPeriods=MESSAGE_STAY_MAX_PERIODS,
    )


def _messages(term: str, metric: str, queue: str) -> MetricDataQuery:
    watched = Metric(
        Namespace="AWS/SQS", MetricName=metric, Dimensions=_dimensions(QueueName=named(queue))
    )
    return MetricDataQuery(
        Id=term,
        MetricStat=MetricStat(Metric=watched, Period=PERIOD_S, Stat="Maximum"),
        ReturnData=False,
    )


def _queue_alarm(queue: str) -> Alarm:
    """A stopped source has no other symptom: nothing fails when nothing is read.

    SQS does not document whether the age of a delayed message begins when it is sent or when its
    delay is over. The bound holds for the former; in the latter case the alarm comes a delay later.
    """
    delayed = {pair.consumer.queue for pair in routing.pairs("queue") if pair.consumer.delayed}
    return _alarm(
        f"{camel(queue)}Age",
        f"queue-age-{queue}",
        f"{queue} is read late, or not at all. See docs/runbooks/queue-age.md.",
        Namespace="AWS/SQS",
        MetricName="ApproximateAgeOfOldestMessage",
        Dimensions=_dimensions(QueueName=named(queue)),
        Statistic="Maximum",
        Threshold=QUEUE_AGE_MAX_S + (DELAY_MAX_S if queue in delayed else 0),
    )


def _function_alarm(function: str, metric: str) -> Alarm:
    meaning = {"Errors": "crashed or timed out", "Throttles": "was refused capacity"}[metric]
    return _alarm(
        camel(f"{function}-{metric}"),
        f"{metric.lower()}-{function}",
        f"{function} {meaning}. Its log group has the details.",
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
        "The gateway does not answer; calls to it pause. See docs/runbooks/circuit-open.md.",
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
        "Events are published late. See docs/runbooks/stream-lag.md.",
        Namespace="AWS/Lambda",
        MetricName="IteratorAge",
        Dimensions=_dimensions(FunctionName=named(relay)),
        Statistic="Maximum",
        Threshold=STREAM_AGE_MAX_MS,
    )


def _silence_alarm(table: str) -> Alarm:
    """Raise an alarm when Lambda reports no polls: a stream that is not read has no age.

    Lambda counts what it polls: 0 when there is nothing to poll, and no value when it does not
    poll.
    """
    return _alarm(
        f"{camel(table)}StreamStopped",
        f"stream-stopped-{table}",
        f"The stream of {table} is not read: after 24 hours events are lost. "
        "See docs/runbooks/stream-lag.md.",
        Namespace="AWS/Lambda",
        MetricName="PolledEventCount",
        Dimensions=_dimensions(EventSourceMappingUUID=Ref(stream_source(table))),
        Statistic="SampleCount",
        ComparisonOperator="LessThanThreshold",
        Threshold=1,
        EvaluationPeriods=STREAM_SILENCE_MAX_PERIODS,
        TreatMissingData="breaching",
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
