"""metrics-collector: what it measures of each event, as CloudWatch reads it from the log."""

import json
from typing import Any

import pytest

from generated.catalogue import EVENTS
from handlers.metrics_collector import consumer as entry
from handlers.metrics_collector.consumer import MetricsConsumer
from handlers.runtime.clock import SYSTEM_CLOCK
from handlers.runtime.settings import Settings
from tests.builders import (
    ANNOUNCED,
    ENVIRONMENT,
    a_batch,
    a_record,
    completed,
    failed,
    initiated,
    money,
    travelling,
)
from tests.decisions.test_outbox import EVENTS as EXAMPLES
from tests.stores.cloud import Cloud, texts

pytestmark = pytest.mark.metrics_collector

DLQ = "metrics-collector--events-dlq"
Measured = list[tuple[str, float, dict[str, str]]]


@pytest.fixture
def consumer(cloud: Cloud) -> MetricsConsumer:
    cloud.queue(DLQ)
    return entry.build(Settings(ENVIRONMENT), SYSTEM_CLOCK)


def emitted(capsys: pytest.CaptureFixture[str]) -> Measured:
    """Return every metric that was written: name, value, dimensions (without the service's)."""
    found: Measured = []
    for line in capsys.readouterr().out.splitlines():
        if "_aws" not in line:
            continue
        blob = json.loads(line)
        (directive,) = blob["_aws"]["CloudWatchMetrics"]
        assert directive["Namespace"] == "Payments"
        for metric in directive["Metrics"]:
            (value,) = blob[metric["Name"]]
            names = set(directive["Dimensions"][0]) - {"service"}
            found.append((metric["Name"], value, {name: blob[name] for name in names}))
    return found


def receive(consumer: MetricsConsumer, event: Any, **envelope: Any) -> None:
    assert consumer.consume(json.loads(travelling(event, **envelope))) is None


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda e: type(e).__name__)
def test_every_event_is_counted_by_its_type(
    consumer: MetricsConsumer, capsys: pytest.CaptureFixture[str], event: Any
) -> None:
    receive(consumer, event)

    event_type, _ = ANNOUNCED[type(event)]
    assert ("EventCount", 1, {"event_type": event_type}) in emitted(capsys)
    assert {ANNOUNCED[type(e)][0] for e in EXAMPLES} == set(EVENTS)


@pytest.mark.parametrize("amount", [money(1), money(999_999_999_999, "KWD")])
def test_a_completed_payment_is_a_success_with_its_amount_by_currency(
    consumer: MetricsConsumer, capsys: pytest.CaptureFixture[str], amount: Any
) -> None:
    receive(consumer, completed(amount=amount))

    assert emitted(capsys) == [
        ("EventCount", 1, {"event_type": "payment.completed"}),
        ("PaymentAmount", amount.value, {"currency": amount.currency}),
        ("PaymentSuccess", 1, {}),
    ]


def test_what_happens_is_counted_and_an_amount_has_no_unit(
    consumer: MetricsConsumer, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(consumer, completed(amount=money(450, "EUR")))

    written = map(json.loads, capsys.readouterr().out.splitlines())
    directives = [blob["_aws"]["CloudWatchMetrics"][0] for blob in written if "_aws" in blob]
    assert {metric["Name"]: metric["Unit"] for d in directives for metric in d["Metrics"]} == {
        "EventCount": "Count",
        "PaymentAmount": "None",
        "PaymentSuccess": "Count",
    }


def test_a_failed_payment_is_a_failure_and_no_amount(
    consumer: MetricsConsumer, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(consumer, failed())

    assert emitted(capsys) == [
        ("EventCount", 1, {"event_type": "payment.failed"}),
        ("PaymentFailure", 1, {}),
    ]


def test_an_event_in_the_middle_of_a_payment_is_neither(
    consumer: MetricsConsumer, capsys: pytest.CaptureFixture[str]
) -> None:
    receive(consumer, initiated())

    assert emitted(capsys) == [("EventCount", 1, {"event_type": "payment.initiated"})]


@pytest.mark.parametrize("event", EXAMPLES, ids=lambda e: type(e).__name__)
def test_a_repeated_announcement_is_not_measured_again(
    consumer: MetricsConsumer, capsys: pytest.CaptureFixture[str], event: Any
) -> None:
    receive(consumer, event, reannounced=1)

    assert emitted(capsys) == []


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"type": "payment.gone"},
        {"type": ["payment.failed"]},
        {"type": None},
        json.loads(travelling(initiated(), source="wallet-service")),
        json.loads(travelling(initiated(), data={})),
    ],
)
def test_an_event_that_breaks_the_contract_is_parked_and_not_measured(
    consumer: MetricsConsumer,
    cloud: Cloud,
    capsys: pytest.CaptureFixture[str],
    event: dict[str, Any],
) -> None:
    consumer.consume(event)

    (parked,) = cloud.messages(DLQ)
    assert json.loads(parked["Body"]) == event
    assert texts(parked)["failure_kind"] == "permanent"
    assert "breaks the contract" in texts(parked)["failure_reason"]
    assert emitted(capsys) == []


def test_an_event_that_cannot_be_parked_fails_and_is_redelivered(cloud: Cloud) -> None:
    consumer = entry.build(Settings(ENVIRONMENT), SYSTEM_CLOCK)

    with pytest.raises(Exception, match="breaks the contract"):
        consumer.consume({})


def sent_back(*bodies: str) -> Any:
    records = [
        a_record(body, "metrics-collector--events", message_id=f"m-{number}")
        for number, body in enumerate(bodies)
    ]
    return a_batch(*records)


def test_a_redriven_event_is_measured(
    consumer: MetricsConsumer, capsys: pytest.CaptureFixture[str]
) -> None:
    response = consumer.consume(sent_back(travelling(failed()), travelling(initiated())))

    assert response == {"batchItemFailures": []}
    assert [name for name, _, _ in emitted(capsys)] == [
        "EventCount",
        "PaymentFailure",
        "EventCount",
    ]


@pytest.mark.parametrize("poison", ["", "no json", "[]", "7", '"x"', "[" * 50_000])
def test_poison_among_redriven_events_affects_no_other(
    consumer: MetricsConsumer, cloud: Cloud, capsys: pytest.CaptureFixture[str], poison: str
) -> None:
    body = poison or " "

    response = consumer.consume(sent_back(travelling(failed()), body, travelling(initiated())))

    assert response == {"batchItemFailures": []}
    assert [m["Body"] for m in cloud.messages(DLQ)] == [body]
    assert len(emitted(capsys)) == 3


def test_only_the_poison_that_cannot_be_parked_is_redelivered(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    consumer = entry.build(Settings(ENVIRONMENT), SYSTEM_CLOCK)

    response = consumer.consume(sent_back(travelling(initiated()), "{}", travelling(initiated())))

    assert response == {"batchItemFailures": [{"itemIdentifier": "m-1"}]}
    assert len(emitted(capsys)) == 2


def test_the_entry_point_collects_as_it_was_built_at_import(
    cloud: Cloud, capsys: pytest.CaptureFixture[str]
) -> None:
    entry.handler(json.loads(travelling(failed())), None)

    assert len(emitted(capsys)) == 2
