"""Whatever goes wrong raises an alarm."""

import json
import re
from pathlib import Path

from generated.catalogue import EVENTS
from handlers.error_handler.decisions import REDRIVE_BASE_S, REDRIVES_MAX
from infra.services.rows import streamed_tables
from infra.template import build_template
from infra.template.functions import FUNCTIONS
from infra.template.routing import RELAY
from tests.infra.rendered import Resource, on_aws, on_ministack, stack

ROOT = Path(__file__).parents[2]
HANDLERS = ROOT / "handlers"


def alarms_on(metric: str) -> list[Resource]:
    alarms = on_aws().of("CloudWatch::Alarm").values()
    return [alarm for alarm in alarms if alarm.get("MetricName") == metric]


def sums() -> list[Resource]:
    """The alarms that watch more than one metric."""
    return [alarm for alarm in on_aws().of("CloudWatch::Alarm").values() if "Metrics" in alarm]


def queues(*, dead: bool) -> set[str]:
    names = {q["QueueName"] for q in on_aws().of("SQS::Queue").values()}
    return {name for name in names if name.endswith("-dlq") is dead}


def dimension(alarm: Resource, name: str) -> str:
    values: dict[str, str] = {d["Name"]: d["Value"] for d in alarm["Dimensions"]}
    return values[name]


def test_every_dead_letter_queue_has_an_alarm_that_it_is_not_empty() -> None:
    watched = [m["MetricStat"]["Metric"] for a in sums() for m in a["Metrics"] if "MetricStat" in m]

    for metric in ("ApproximateNumberOfMessagesVisible", "ApproximateNumberOfMessagesNotVisible"):
        found = [dimension(one, "QueueName") for one in watched if one["MetricName"] == metric]
        assert sorted(found) == sorted(queues(dead=True))


def test_a_message_that_is_always_in_flight_raises_the_alarm_and_a_passing_one_does_not() -> None:
    for alarm in sums():
        (total,) = [metric for metric in alarm["Metrics"] if metric["ReturnData"]]
        assert total["Expression"] == "visible + FILL(in_flight, 0)"
        assert {m["Id"] for m in alarm["Metrics"] if m is not total} == {"visible", "in_flight"}
        assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (0, "GreaterThanThreshold")
        assert alarm["EvaluationPeriods"] == 5
        assert {m["MetricStat"]["Period"] for m in alarm["Metrics"] if m is not total} == {60}


def test_ministack_which_knows_no_sums_of_metrics_gets_every_other_alarm() -> None:
    here, there = (built.of("CloudWatch::Alarm") for built in (on_aws(), on_ministack()))

    assert set(there) < set(here)
    assert all("Metrics" in here[title] for title in set(here) - set(there))
    assert not any("Metrics" in alarm for alarm in there.values())


def test_every_source_queue_has_an_alarm_that_it_is_read_late() -> None:
    alarms = alarms_on("ApproximateAgeOfOldestMessage")

    assert {dimension(alarm, "QueueName") for alarm in alarms} == queues(dead=False)
    assert {(a["Statistic"], a["ComparisonOperator"]) for a in alarms} == {
        ("Maximum", "GreaterThanThreshold")
    }


def test_a_message_that_is_delayed_on_purpose_does_not_count_as_read_late() -> None:
    delayed = {f"payments-dev-{c.queue}" for e in EVENTS.values() for c in e.consumers if c.delayed}

    bound_s = {
        dimension(alarm, "QueueName"): alarm["Threshold"]
        for alarm in alarms_on("ApproximateAgeOfOldestMessage")
    }

    longest_s = build_template().to_dict()["Parameters"]["ExpirySeconds"]["MaxValue"]
    assert {bound_s[queue] for queue in delayed} == {longest_s + 300}
    assert {bound_s[queue] for queue in bound_s.keys() - delayed} == {300}
    assert REDRIVE_BASE_S * 2 ** (REDRIVES_MAX - 1) < 300, "what error-handler sends back waits too"


def test_a_stream_that_is_not_polled_raises_an_alarm_because_then_there_is_no_metric() -> None:
    alarms = alarms_on("PolledEventCount")
    streams = {
        title: source
        for title, source in on_aws().of("Lambda::EventSourceMapping").items()
        if "StartingPosition" in source
    }

    assert {dimension(alarm, "EventSourceMappingUUID") for alarm in alarms} == set(streams)
    assert len(streams) == len(streamed_tables())
    for source in streams.values():
        assert source["MetricsConfig"] == {"Metrics": ["EventCount"]}
    for alarm in alarms:
        assert alarm["TreatMissingData"] == "breaching"
        assert (alarm["Statistic"], alarm["ComparisonOperator"], alarm["Threshold"]) == (
            "SampleCount",
            "LessThanThreshold",
            1,
        )
        assert (alarm["Period"], alarm["EvaluationPeriods"]) == (60, 5)


def test_every_function_has_an_alarm_for_errors_and_one_for_throttles() -> None:
    for metric in ("Errors", "Throttles"):
        named = {dimension(alarm, "FunctionName") for alarm in alarms_on(metric)}
        assert named == {f"payments-dev-{function.name}" for function in FUNCTIONS}


def test_a_parked_event_of_any_consumer_raises_an_alarm() -> None:
    consumers = {dimension(alarm, "consumer") for alarm in alarms_on("FailedEventParked")}

    receivers = {consumer.service for event in EVENTS.values() for consumer in event.consumers}
    assert consumers == {*receivers, RELAY}


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
    waited_for = {a["MetricName"] for a in alarms if a.get("Namespace") == "Payments"}

    sources = "\n".join(p.read_text(encoding="utf-8") for p in HANDLERS.rglob("*.py"))

    assert [metric for metric in waited_for if f'count("{metric}"' not in sources] == []


def test_every_alarm_notifies_the_topic_when_it_begins_and_when_it_ends() -> None:
    for alarm in on_aws().of("CloudWatch::Alarm").values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["AlarmTopic"]
        silent = alarm.get("MetricName") == "PolledEventCount"
        assert alarm["TreatMissingData"] == ("breaching" if silent else "notBreaching")
        assert alarm["AlarmDescription"]


def test_every_page_that_an_alarm_refers_to_exists_and_names_the_alarm() -> None:
    for alarm in on_aws().of("CloudWatch::Alarm").values():
        for page in re.findall(r"docs/runbooks/[a-z-]+\.md", alarm["AlarmDescription"]):
            named = re.findall(
                r"`([a-z-]+)(?:…[a-z-]*|<[a-z]+>)?`", (ROOT / page).read_text("utf-8")
            )
            name = alarm["AlarmName"].removeprefix("payments-dev-")
            assert any(name.startswith(stem) for stem in named), f"{page} does not name {name}"


def test_alarms_are_mailed_only_when_a_parameter_names_an_address() -> None:
    mailed = stack(AlarmEmail="ops@example.com").of("SNS::Topic")["AlarmTopic"]

    assert mailed["Subscription"] == [{"Protocol": "email", "Endpoint": "ops@example.com"}]
    assert "Subscription" not in on_aws().of("SNS::Topic")["AlarmTopic"]


def test_there_is_one_dashboard_and_it_shows_every_function_and_queue() -> None:
    (dashboard,) = on_aws().of("CloudWatch::Dashboard").values()

    shown = json.dumps(json.loads(dashboard["DashboardBody"]))

    assert all(f"payments-dev-{function.name}" in shown for function in FUNCTIONS)
    assert all(q["QueueName"] in shown for q in on_aws().of("SQS::Queue").values())
