"""Events reach the consumers of the catalogue, and no others."""

import pytest

from generated.catalogue import EVENTS
from generated.contract import Consumer, Event
from infra.template import routing
from tests.infra.rendered import Stack, on_aws, on_ministack, stack

PREFIX = "payments-dev-"


def routes(built: Stack) -> list[tuple[str, str, str]]:
    """Event, producer and where it goes (queue or function), according to the rules."""
    names = {
        **{f"{title}.Arn": q["QueueName"] for title, q in built.of("SQS::Queue").items()},
        **{f"{title}.Arn": f["FunctionName"] for title, f in built.of("Lambda::Function").items()},
    }
    found = []
    for rule in built.of("Events::Rule").values():
        (event,), (producer,) = rule["EventPattern"]["detail-type"], rule["EventPattern"]["source"]
        (target,) = rule["Targets"]
        found.append((event, producer, names[target["Arn"]].removeprefix(PREFIX)))
    return found


def catalogued() -> list[tuple[str, str, str]]:
    return [
        (event.type, event.producer, reached(consumer))
        for event in EVENTS.values()
        for consumer in event.consumers
    ]


def reached(consumer: Consumer) -> str:
    return consumer.queue if consumer.delivery == "queue" else f"{consumer.service}-consumer"


def test_there_is_exactly_one_rule_per_pair_of_the_catalogue() -> None:
    assert sorted(routes(on_aws())) == sorted(catalogued())


def test_a_consumer_receives_the_event_itself_without_the_bus_entry_around_it() -> None:
    rules = on_aws().of("Events::Rule").values()

    assert {target["InputPath"] for rule in rules for target in rule["Targets"]} == {"$.detail"}


def test_every_queue_has_a_dead_letter_queue_that_takes_from_no_other() -> None:
    queues = on_aws().named("SQS::Queue", "QueueName")

    for name in routing.source_queues():
        redrive = queues[f"{PREFIX}{name}"]["RedrivePolicy"]
        dead = queues[f"{PREFIX}{name}-dlq"]
        assert redrive["maxReceiveCount"] == 5
        dead_title = redrive["deadLetterTargetArn"].removesuffix(".Arn")
        assert on_aws().of("SQS::Queue")[dead_title] == dead
        (source,) = dead["RedriveAllowPolicy"]["sourceQueueArns"]
        assert source.endswith(f":{PREFIX}{name}")


def test_an_event_that_cannot_be_delivered_goes_to_the_dead_letter_queue_of_its_pair() -> None:
    for pair in (*routing.pairs("queue"), *routing.pairs("invoke")):
        (target,) = on_aws().of("Events::Rule")[f"{pair.logical_id}Rule"]["Targets"]
        title = target["DeadLetterConfig"]["Arn"].removesuffix(".Arn")
        queue = on_aws().of("SQS::Queue")[title]
        assert queue["QueueName"] == f"{PREFIX}{pair.dead_letter_queue}"


def test_only_queues_of_delayed_channels_delay_and_as_long_as_a_reservation_holds() -> None:
    queues = stack(ExpirySeconds="7").named("SQS::Queue", "QueueName")

    delayed = {name: q["DelaySeconds"] for name, q in queues.items() if "DelaySeconds" in q}

    consumers = [consumer for event in EVENTS.values() for consumer in event.consumers]
    assert delayed == {f"{PREFIX}{c.queue}": "7" for c in consumers if c.delayed}


def test_every_queue_is_read_by_its_own_service_which_reports_the_items_that_failed() -> None:
    built = on_aws()
    functions, sources = built.of("Lambda::Function"), built.of("Lambda::EventSourceMapping")
    read = {s["EventSourceArn"]: s for s in sources.values() if "ScalingConfig" in s}

    for title, queue in built.of("SQS::Queue").items():
        name = queue["QueueName"].removeprefix(PREFIX)
        source = read.pop(f"{title}.Arn")
        reader = functions[source["FunctionName"].removesuffix(".Arn")]
        owner = "error-handler" if name.endswith("-dlq") else routing.owner(name)
        assert reader["FunctionName"].startswith(f"{PREFIX}{owner}-")
        assert source["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert queue["VisibilityTimeout"] >= 6 * reader["Timeout"]
    assert not read


def test_the_relay_reads_every_stream_from_its_beginning_and_never_gives_up() -> None:
    built = on_aws()
    streamed = {
        title
        for title, table in built.of("DynamoDB::Table").items()
        if "StreamSpecification" in table
    }

    sources = [s for s in built.of("Lambda::EventSourceMapping").values() if "FilterCriteria" in s]

    assert {s["EventSourceArn"] for s in sources} == {f"{title}.StreamArn" for title in streamed}
    assert {s["StartingPosition"] for s in sources} == {"TRIM_HORIZON"}
    assert {s["MaximumRetryAttempts"] for s in sources} == {-1}
    assert all("OnFailure" in s["DestinationConfig"] for s in sources)


def test_ministack_gets_a_number_of_batches_where_text_stops_every_queue() -> None:
    sources = on_ministack().of("Lambda::EventSourceMapping").values()

    limits = {s["ScalingConfig"]["MaximumConcurrency"] for s in sources if "ScalingConfig" in s}

    assert limits == {2}


@pytest.fixture
def _one_more_event(monkeypatch: pytest.MonkeyPatch) -> None:
    event = Event(
        "wallet.frozen",
        "wallet-service",
        False,
        (
            Consumer("payment-orchestrator", "wallet.frozen", "wallet.frozen", "queue", False),
            Consumer("metrics-collector", "wallet.frozen", "wallet.frozen", "invoke", False),
        ),
    )
    monkeypatch.setattr(routing, "EVENTS", {**EVENTS, event.type: event})


@pytest.mark.usefixtures("_one_more_event")
def test_an_event_added_to_the_catalogue_brings_everything_that_it_needs() -> None:
    before, after = on_aws().resources, stack().resources

    stem = "PaymentOrchestratorWalletFrozen"
    assert set(after) - set(before) == {
        f"{stem}Queue",
        f"{stem}QueuePolicy",
        f"{stem}Rule",
        f"{stem}Source",
        f"{stem}AgeAlarm",
        f"{stem}DlqQueue",
        f"{stem}DlqQueuePolicy",
        f"{stem}DlqSource",
        f"{stem}DlqAlarm",
        "MetricsCollectorWalletFrozenRule",
        "MetricsCollectorWalletFrozenPermission",
    }
    assert set(before) <= set(after)


@pytest.mark.usefixtures("_one_more_event")
def test_an_added_event_may_be_read_by_its_consumer_and_redriven_by_the_error_handler() -> None:
    roles = stack().of("IAM::Role")

    def granted(role: str, action: str) -> list[str]:
        (policy,) = roles[role]["Policies"]
        statements = policy["PolicyDocument"]["Statement"]
        return [arn for s in statements if action in s["Action"] for arn in s["Resource"]]

    queue, dead = "PaymentOrchestratorWalletFrozenQueue", "PaymentOrchestratorWalletFrozenDlqQueue"
    assert f"{queue}.Arn" in granted("PaymentOrchestratorConsumerRole", "sqs:ReceiveMessage")
    assert f"{dead}.Arn" in granted("PaymentOrchestratorConsumerRole", "sqs:SendMessage")
    assert f"{dead}.Arn" in granted("ErrorHandlerConsumerRole", "sqs:ReceiveMessage")
    assert f"{queue}.Arn" in granted("ErrorHandlerConsumerRole", "sqs:SendMessage")
    assert f"{queue}.Arn" not in granted("WalletServiceConsumerRole", "sqs:ReceiveMessage")


def test_a_consumer_without_a_function_is_refused_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stranger = Consumer("fraud-service", "wallet.frozen", "wallet.frozen", "queue", False)
    event = Event("wallet.frozen", "wallet-service", False, (stranger,))
    monkeypatch.setattr(routing, "EVENTS", {**EVENTS, event.type: event})

    with pytest.raises(ValueError, match="fraud-service receives events but has no function"):
        stack()
