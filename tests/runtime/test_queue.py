"""The batch loop: every message is handled, redelivered or parked, and none is lost."""

from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from generated.services.wallet_service import WALLET_SERVICE_RECEIVES, WalletServiceMessage
from handlers.core.errors import Conflict, Early, Permanent, Retryable
from handlers.core.moment import plus
from handlers.runtime.queue import (
    RECEIVES_MAX,
    VISIBILITY_MAX_S,
    Consumer,
    Handle,
    Outcome,
    Received,
    SqsRecord,
    each,
)
from tests.builders import (
    PREFIX,
    VirtualTime,
    a_batch,
    a_record,
    approved,
    initiated,
    payment_ids,
    travelling,
)
from tests.runtime.fakes import Client, always, refusal

QUEUE = "wallet-service--payment-initiated"
DLQ = f"https://sqs.test/123456789012/{PREFIX}-{QUEUE}-dlq"
GOOD = travelling(initiated())
DOWN = EndpointConnectionError(endpoint_url="https://sqs.test")


def a_consumer(
    handle: Handle[WalletServiceMessage], sqs: Client | None = None, time: VirtualTime | None = None
) -> Consumer[WalletServiceMessage]:
    return Consumer(
        receives=WALLET_SERVICE_RECEIVES,
        handle=handle,
        sqs=(sqs or Client()).sqs,
        clock=(time or VirtualTime()).clock(),
    )


def raising(error: Exception) -> Handle[WalletServiceMessage]:
    def handle_one(_message: WalletServiceMessage) -> str:
        raise error

    return each(handle_one)


def agreeing(_message: WalletServiceMessage) -> str:
    return "done"


def failures(consumer: Consumer[WalletServiceMessage], *records: SqsRecord) -> list[str]:
    answer = consumer.consume(a_batch(*records))
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def test_an_empty_batch_is_no_failure() -> None:
    assert failures(a_consumer(each(agreeing))) == []


def test_handled_messages_are_acknowledged_without_a_call() -> None:
    sqs = Client()
    records = [a_record(GOOD, QUEUE, message_id=f"m-{n}") for n in range(10)]

    assert failures(a_consumer(each(agreeing), sqs), *records) == []
    assert sqs.calls == []


def test_the_queue_determines_the_type_of_a_message_and_order_is_kept() -> None:
    handled: list[str] = []

    def handle(batch: Sequence[Received[WalletServiceMessage]]) -> Sequence[Outcome]:
        handled.extend(f"{r.record['messageId']} {r.message.type}" for r in batch)
        return ["done"] * len(batch)

    failures(
        a_consumer(handle),
        a_record(travelling(approved()), "wallet-service--gateway-payment_approved"),
        a_record("poison", QUEUE, message_id="m-2"),
        a_record(GOOD, QUEUE, message_id="m-3"),
    )

    assert handled == ["m-1 gateway.payment_approved", "m-3 payment.initiated"]


@pytest.mark.parametrize("error", [Retryable("busy"), Early("soon"), Conflict("x"), ValueError("")])
@pytest.mark.parametrize("receives", range(1, RECEIVES_MAX))
def test_a_retryable_failure_is_redelivered_with_growing_jittered_delay(
    error: Exception, receives: int
) -> None:
    sqs, time = Client(), VirtualTime(drawn=0.999)
    record = a_record(GOOD, QUEUE, receives=receives)

    assert failures(a_consumer(raising(error), sqs, time), record) == ["m-1"]
    assert sqs.calls == [
        (
            "change_message_visibility",
            {
                "QueueUrl": f"https://sqs.test/123456789012/{PREFIX}-{QUEUE}",
                "ReceiptHandle": "handle-of-m-1",
                "VisibilityTimeout": int(1 + 0.999 * 2.0**receives),
            },
        )
    ]


def test_a_delay_is_never_zero_and_never_long() -> None:
    def delay(drawn: float, receives: int) -> Any:
        sqs = Client()
        record = a_record(GOOD, QUEUE, receives=receives)
        failures(a_consumer(raising(Retryable("x")), sqs, VirtualTime(drawn=drawn)), record)
        return sqs.asked("change_message_visibility")[0]["VisibilityTimeout"]

    assert delay(0.0, 1) == 1
    assert delay(0.999, 4) <= 121


def test_an_early_message_is_redelivered_when_its_time_has_come() -> None:
    sqs, time = Client(), VirtualTime(drawn=0.0)
    error = Early("has time", until=plus(time.now, seconds=600))

    assert failures(a_consumer(raising(error), sqs, time), a_record(GOOD, QUEUE)) == ["m-1"]
    assert sqs.asked("change_message_visibility")[0]["VisibilityTimeout"] == 601


@pytest.mark.parametrize("until", ["2999-02-31T00:00:00.000Z", "9999-12-31T23:59:59.999Z"])
def test_a_time_that_never_comes_fails_its_own_message_only(until: str) -> None:
    errors = iter([Early("has time", until=until), None])

    def handle_one(_message: WalletServiceMessage) -> str:
        if error := next(errors):
            raise error
        return "done"

    sqs = Client()
    records = [a_record(GOOD, QUEUE, message_id=f"m-{n}") for n in range(2)]

    assert failures(a_consumer(each(handle_one), sqs), *records) == ["m-0"]
    delays = [r["VisibilityTimeout"] for r in sqs.asked("change_message_visibility")]
    assert all(delay <= VISIBILITY_MAX_S for delay in delays)


def test_a_backoff_that_cannot_be_set_is_left_to_the_queue() -> None:
    sqs = Client({"change_message_visibility": always(DOWN)})

    assert failures(a_consumer(raising(Retryable("x")), sqs), a_record(GOOD, QUEUE)) == ["m-1"]


@pytest.mark.parametrize(
    ("error", "kind", "reason"),
    [
        (Retryable("gateway is down"), "retryable", "gateway is down"),
        (Early("too early"), "retryable", "too early"),
        (KeyError("secret"), "bug", "KeyError: a bug in the consumer; its log has the stack trace"),
    ],
)
@pytest.mark.parametrize("receives", [RECEIVES_MAX, RECEIVES_MAX + 7])
def test_the_last_try_parks_the_message_with_the_reason(
    error: Exception, kind: str, reason: str, receives: int
) -> None:
    sqs = Client()

    assert failures(a_consumer(raising(error), sqs), a_record(GOOD, QUEUE, receives=receives)) == []
    (parked,) = sqs.asked("send_message")
    assert (parked["QueueUrl"], parked["MessageBody"]) == (DLQ, GOOD)
    assert parked["MessageAttributes"] == {
        "failure_kind": {"DataType": "String", "StringValue": kind},
        "failure_reason": {"DataType": "String", "StringValue": reason},
    }


def test_a_permanent_failure_is_parked_at_once() -> None:
    sqs = Client()

    assert failures(a_consumer(raising(Permanent("never")), sqs), a_record(GOOD, QUEUE)) == []
    assert [name for name, _ in sqs.calls] == ["send_message"]


@pytest.mark.parametrize(
    "body", ["", "{}", "null", "[" * 50_000, travelling(approved()), GOOD + " x", "\x00"]
)
def test_a_message_that_breaks_the_contract_is_parked_byte_for_byte(body: str) -> None:
    sqs = Client()

    assert failures(a_consumer(each(agreeing), sqs), a_record(body, QUEUE)) == []
    (parked,) = sqs.asked("send_message")
    assert parked["MessageBody"] == body
    assert parked["MessageAttributes"]["failure_kind"]["StringValue"] == "permanent"
    assert "breaks the contract" in parked["MessageAttributes"]["failure_reason"]["StringValue"]


def test_a_message_from_a_queue_of_another_service_is_parked() -> None:
    sqs = Client()
    record = a_record(GOOD, "wallet-service--something-else")

    assert failures(a_consumer(each(agreeing), sqs), record) == []
    assert sqs.asked("send_message")[0]["QueueUrl"].endswith("--something-else-dlq")


def test_one_poison_message_in_ten_affects_no_other() -> None:
    sqs, handled = Client(), list[str]()

    def handle_one(message: WalletServiceMessage) -> str:
        handled.append(message.data.payment_id)
        return "done"

    payments = payment_ids(9)
    records = [
        a_record(travelling(initiated(payment_id=p)), QUEUE, message_id=f"m-{n}")
        for n, p in enumerate(payments)
    ]
    records.insert(4, a_record("poison", QUEUE, message_id="poison"))

    assert failures(a_consumer(each(handle_one), sqs), *records) == []
    assert handled == payments
    assert [call["MessageBody"] for call in sqs.asked("send_message")] == ["poison"]


def test_each_message_fails_on_its_own() -> None:
    errors = iter([None, Retryable("x"), None, Permanent("x"), ValueError("x")])

    def handle_one(_message: WalletServiceMessage) -> str:
        if error := next(errors):
            raise error
        return "done"

    records = [a_record(GOOD, QUEUE, message_id=f"m-{n}") for n in range(5)]
    sqs = Client()

    assert failures(a_consumer(each(handle_one), sqs), *records) == ["m-1", "m-4"]
    assert len(sqs.asked("send_message")) == 1


def test_a_handler_that_raises_fails_every_message_of_the_batch() -> None:
    def handle(_batch: Sequence[Received[WalletServiceMessage]]) -> Sequence[Outcome]:
        raise RuntimeError("out of memory")

    records = [a_record(GOOD, QUEUE, message_id=f"m-{n}") for n in range(3)]

    assert failures(a_consumer(handle), *records) == ["m-0", "m-1", "m-2"]


@pytest.mark.parametrize("error", [DOWN, refusal("AccessDenied"), refusal("Busy", status=503)])
@pytest.mark.parametrize("failure", [Permanent("never"), Retryable("last try")])
def test_a_message_that_cannot_be_parked_stays_in_its_queue(
    error: Exception, failure: Exception
) -> None:
    sqs = Client({"send_message": always(error)})
    record = a_record(GOOD, QUEUE, receives=RECEIVES_MAX)

    assert failures(a_consumer(raising(failure), sqs), record) == ["m-1"]
