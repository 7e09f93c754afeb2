"""error-handler: which failures are re-driven, how often and how late, and which are stored."""

from typing import Any

import pytest

from generated.catalogue import EVENTS
from handlers.error_handler.decisions import (
    REDRIVE_CAP_S,
    REDRIVES_MAX,
    DeadLetter,
    Park,
    Redrive,
    decide,
)
from tests.builders import initiated, travelling

pytestmark = pytest.mark.error_handler

BODY = travelling(initiated())
QUEUES = [
    (consumer.queue, event.retryable)
    for event in EVENTS.values()
    for consumer in event.consumers
    if consumer.delivery == "queue"
]


def a_dead_letter(**changes: Any) -> DeadLetter:
    fields: dict[str, Any] = {
        "consumer": "wallet-service",
        "channel": "payment-initiated",
        "body": BODY,
        "kind": "retryable",
        "reason": "busy",
        "redrives": 0,
        "event_type": "payment.initiated",
        "event_id": None,
        "payment_id": None,
    }
    return DeadLetter(**fields | changes)


@pytest.mark.parametrize(("queue", "retryable"), QUEUES)
@pytest.mark.parametrize("kind", ["retryable", "bug", "unknown"])
def test_what_the_contract_calls_retryable_is_redriven_and_nothing_else(
    queue: str, retryable: bool, kind: str
) -> None:
    consumer, _, channel = queue.partition("--")

    decided = decide(a_dead_letter(consumer=consumer, channel=channel, kind=kind), 0.5)

    assert isinstance(decided, Redrive if retryable else Park)


@pytest.mark.parametrize(("queue", "_retryable"), QUEUES)
def test_a_permanent_failure_is_never_redriven(queue: str, _retryable: bool) -> None:
    consumer, _, channel = queue.partition("--")

    decided = decide(a_dead_letter(consumer=consumer, channel=channel, kind="permanent"), 0.5)

    assert decided == Park("can never be handled as it is")


@pytest.mark.parametrize("channel", ["outbox", "events"])
@pytest.mark.parametrize(
    ("event_type", "redriven"),
    [
        ("payment.initiated", True),
        ("wallet.funds_reserved", True),
        ("payment.failed", False),
        ("nothing.known", False),
        (None, False),
    ],
)
def test_in_a_queue_of_any_event_the_type_of_the_event_decides(
    channel: str, event_type: str | None, redriven: bool
) -> None:
    dead_letter = a_dead_letter(consumer="event-relay", channel=channel, event_type=event_type)

    assert isinstance(decide(dead_letter, 0.5), Redrive) is redriven


def test_the_type_that_a_message_claims_does_not_make_it_retryable() -> None:
    dead_letter = a_dead_letter(channel="gateway-payment_approved", event_type="payment.initiated")

    assert decide(dead_letter, 0.5) == Park("is not retryable")


def test_a_message_from_an_unknown_queue_is_stored() -> None:
    assert isinstance(decide(a_dead_letter(channel="gone"), 0.5), Park)


def test_delays_grow_and_have_full_jitter() -> None:
    longest = [decide(a_dead_letter(redrives=n), 0.9999) for n in range(REDRIVES_MAX)]
    shortest = [decide(a_dead_letter(redrives=n), 0.0) for n in range(REDRIVES_MAX)]

    assert longest == [Redrive(14), Redrive(29), Redrive(59)]
    assert shortest == [Redrive(0)] * REDRIVES_MAX
    assert REDRIVE_CAP_S == 900


@pytest.mark.parametrize("redrives", [REDRIVES_MAX, REDRIVES_MAX + 1, 99])
def test_the_fourth_failure_is_stored(redrives: int) -> None:
    assert decide(a_dead_letter(redrives=redrives), 0.5) == Park("failed again after 3 re-drives")
