"""payment-orchestrator's consumer over real tables: duplicates, reordering, races, lost answers."""

import json
from typing import Any

import pytest

from generated.services.payment_orchestrator import (
    PAYMENT_ORCHESTRATOR_RECEIVES,
    PaymentOrchestratorMessage,
)
from handlers.core.envelope import Cause
from handlers.payment_orchestrator import consumer as entry
from handlers.payment_orchestrator.decisions import ASKS_MAX, created
from handlers.payment_orchestrator.store import Payments
from handlers.runtime.queue import Consumer
from handlers.runtime.settings import Settings
from tests.builders import (
    ENVIRONMENT,
    LATER,
    VirtualTime,
    a_batch,
    a_payment,
    a_record,
    after_deadline,
    deducted,
    money,
    payment_ids,
    released,
    reservation_failed,
    travelling,
)
from tests.runtime.fakes import AnswerLost
from tests.stores.cloud import Cloud, texts

pytestmark = pytest.mark.payment_orchestrator

SLUGS = {
    "WalletFundsDeducted": "wallet-funds_deducted",
    "WalletFundsReleased": "wallet-funds_released",
    "WalletReservationFailed": "wallet-reservation_failed",
    "PaymentInitiatedAfterDeadline": "payment-initiated-after-deadline",
}


@pytest.fixture
def payments(cloud: Cloud) -> Payments:
    return Payments(cloud.dynamodb, ENVIRONMENT["PAYMENTS_TABLE"])


@pytest.fixture
def consumer(cloud: Cloud, time: VirtualTime) -> Consumer[PaymentOrchestratorMessage]:
    for slug in SLUGS.values():
        cloud.queue(f"payment-orchestrator--{slug}-dlq")
    return entry.build(Settings(ENVIRONMENT), time.clock())


def receive(
    consumer: Consumer[PaymentOrchestratorMessage], *events: Any, reannounced: int = 0
) -> int:
    """Receive the events as one batch; return how many must be redelivered."""
    again = {"reannounced": reannounced} if reannounced else {}
    records = [
        a_record(
            travelling(event, **again),
            f"payment-orchestrator--{SLUGS[type(event).__name__]}",
            message_id=f"m-{number}",
        )
        for number, event in enumerate(events)
    ]
    return len(consumer.consume(a_batch(*records))["batchItemFailures"])


def announced(cloud: Cloud) -> list[tuple[str, int]]:
    """Return the type of each outbox, and how often it was announced again."""
    outboxes = [json.loads(item["outbox"]) for item in cloud.plain("payments")]
    return [(outbox["type"], outbox.get("reannounced", 0)) for outbox in outboxes]


@pytest.mark.parametrize(
    ("event", "status", "event_type"),
    [
        (deducted(), "completed", "payment.completed"),
        (released(), "failed", "payment.failed"),
        (reservation_failed(), "failed", "payment.failed"),
    ],
)
def test_a_redelivered_answer_ends_the_payment_once(
    consumer: Consumer[Any],
    payments: Payments,
    cloud: Cloud,
    event: Any,
    status: str,
    event_type: str,
) -> None:
    payments.create(created(a_payment()), Cause("cor-1"))

    assert receive(consumer, event, event, event) == 0

    (item,) = cloud.plain("payments")
    assert (item["status"], item["version"]) == (status, 2)
    assert announced(cloud) == [(event_type, 0)]


def test_contradicting_answers_end_with_an_operator(
    consumer: Consumer[Any], payments: Payments, cloud: Cloud
) -> None:
    payments.create(created(a_payment()), Cause("cor-1"))

    assert receive(consumer, deducted(), released()) == 0

    (parked,) = cloud.messages("payment-orchestrator--wallet-funds_released-dlq")
    assert texts(parked)["failure_kind"] == "permanent"
    assert "is completed and can never be failed" in texts(parked)["failure_reason"]
    assert cloud.plain("payments")[0]["status"] == "completed"


def test_an_answer_that_overtook_its_payment_is_redelivered(
    consumer: Consumer[Any], payments: Payments, cloud: Cloud
) -> None:
    assert receive(consumer, deducted()) == 1
    payments.create(created(a_payment()), Cause("cor-1"))

    assert receive(consumer, deducted()) == 0
    assert cloud.plain("payments")[0]["status"] == "completed"


def test_a_pending_payment_is_announced_a_few_times_and_then_parked_for_an_operator(
    consumer: Consumer[Any], payments: Payments, cloud: Cloud, time: VirtualTime
) -> None:
    payments.create(created(a_payment()), Cause("cor-1"))
    time.now = LATER

    for times in range(ASKS_MAX):
        assert receive(consumer, after_deadline(), reannounced=times) == 0
    assert announced(cloud) == [("payment.initiated", ASKS_MAX)]
    assert receive(consumer, after_deadline(), reannounced=ASKS_MAX) == 0

    assert announced(cloud) == [("payment.initiated", ASKS_MAX)]
    assert len(cloud.messages("payment-orchestrator--payment-initiated-after-deadline-dlq")) == 1


def test_a_copy_at_the_deadline_that_arrives_too_soon_is_redelivered(
    consumer: Consumer[Any], payments: Payments
) -> None:
    payments.create(created(a_payment()), Cause("cor-1"))

    assert receive(consumer, after_deadline()) == 1


def test_each_payment_of_a_batch_ends_on_its_own(
    consumer: Consumer[Any], payments: Payments, cloud: Cloud
) -> None:
    ids = payment_ids(4)
    for payment_id in ids[:3]:
        payments.create(created(a_payment(payment_id=payment_id)), Cause("cor-1"))
    events = [deducted(payment_id=p) for p in ids]
    events[1] = deducted(payment_id=ids[1], amount=money(9))

    assert receive(consumer, *events) == 1

    statuses = {item["payment_id"]: item["status"] for item in cloud.plain("payments")}
    assert [statuses.get(p) for p in ids] == ["completed", "pending", "completed", None]
    assert len(cloud.messages("payment-orchestrator--wallet-funds_deducted-dlq")) == 1


@pytest.mark.parametrize("event", [deducted(), released()])
def test_a_lost_answer_to_the_write_ends_the_payment_once(
    payments: Payments, cloud: Cloud, time: VirtualTime, event: Any
) -> None:
    payments.create(created(a_payment()), Cause("cor-1"))
    losing = Payments(AnswerLost(cloud.dynamodb).dynamodb, payments.table)
    message = PAYMENT_ORCHESTRATOR_RECEIVES[SLUGS[type(event).__name__]]

    note = entry.react(losing, time.clock(), message.model_validate_json(travelling(event)))

    assert note.startswith("already")
    assert cloud.plain("payments")[0]["version"] == 2


def test_the_entry_point_consumes_as_it_was_built_at_import(cloud: Cloud) -> None:
    assert entry.handler(a_batch(), None) == {"batchItemFailures": []}
