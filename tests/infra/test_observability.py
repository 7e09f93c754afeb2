"""What goes wrong is heard of."""

import json
from pathlib import Path

from infra.template.functions import FUNCTIONS
from tests.infra.rendered import Resource, on_aws, stack

HANDLERS = Path(__file__).parents[2] / "handlers"


def alarms_on(metric: str) -> list[Resource]:
    alarms = on_aws().of("CloudWatch::Alarm").values()
    return [alarm for alarm in alarms if alarm["MetricName"] == metric]


def dimension(alarm: Resource, name: str) -> str:
    values: dict[str, str] = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
    return values[name]


def test_every_dead_letter_queue_has_an_alarm_that_it_is_not_empty() -> None:
    names = {q["QueueName"] for q in on_aws().of("SQS::Queue").values()}

    alarms = alarms_on("ApproximateNumberOfMessagesVisible")

    assert {dimension(a, "QueueName") for a in alarms} == {n for n in names if n.endswith("-dlq")}
    assert {(a["Threshold"], a["ComparisonOperator"]) for a in alarms} == {
        (0, "GreaterThanThreshold")
    }


def test_every_function_has_an_alarm_for_errors_and_one_for_throttles() -> None:
    for metric in ("Errors", "Throttles"):
        named = {dimension(alarm, "FunctionName") for alarm in alarms_on(metric)}
        assert named == {f"payments-dev-{function.name}" for function in FUNCTIONS}


def test_a_parked_event_of_any_consumer_is_heard_of() -> None:
    consumers = {dimension(alarm, "consumer") for alarm in alarms_on("FailedEventParked")}

    assert consumers == {
        "payment-orchestrator",
        "wallet-service",
        "gateway-processor",
        "metrics-collector",
        "event-relay",
    }


def test_the_api_the_relay_and_the_gateway_have_their_alarms() -> None:
    (age,) = alarms_on("IteratorAge")
    assert dimension(age, "FunctionName") == "payments-dev-event-relay-stream"
    (errors,), (latency,) = alarms_on("5XXError"), alarms_on("Latency")
    assert dimension(errors, "ApiName") == dimension(latency, "ApiName") == "payments-dev-api"
    assert on_aws().of("ApiGateway::RestApi")["Api"]["Name"] == "payments-dev-api"
    assert latency["ExtendedStatistic"] == "p99"
    (circuit,) = alarms_on("GatewayCircuitOpen")
    assert dimension(circuit, "service") == "gateway-processor"


def test_every_metric_of_our_own_that_an_alarm_waits_for_is_counted_by_a_handler() -> None:
    alarms = on_aws().of("CloudWatch::Alarm").values()
    waited_for = {a["MetricName"] for a in alarms if a["Namespace"] == "Payments"}

    sources = "\n".join(p.read_text(encoding="utf-8") for p in HANDLERS.rglob("*.py"))

    assert [metric for metric in waited_for if f'count("{metric}"' not in sources] == []


def test_every_alarm_tells_the_topic_when_it_begins_and_when_it_ends() -> None:
    for alarm in on_aws().of("CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["AlarmTopic"]
        assert alarm["TreatMissingData"] == "notBreaching"
        assert alarm["AlarmDescription"]


def test_somebody_is_mailed_only_when_a_parameter_names_somebody() -> None:
    mailed = stack(AlarmEmail="ops@example.com").of("SNS::Topic")["AlarmTopic"]

    assert mailed["Subscription"] == [{"Protocol": "email", "Endpoint": "ops@example.com"}]
    assert "Subscription" not in on_aws().of("SNS::Topic")["AlarmTopic"]


def test_there_is_one_dashboard_and_it_shows_every_function_and_queue() -> None:
    (dashboard,) = on_aws().of("CloudWatch::Dashboard").values()

    shown = json.dumps(json.loads(dashboard["DashboardBody"]))

    assert all(f"payments-dev-{function.name}" in shown for function in FUNCTIONS)
    assert all(q["QueueName"] in shown for q in on_aws().of("SQS::Queue").values())
