"""Run everything that the system does: each operation, each event, each way to fail."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from tests.builders import a_batch, a_record, reads_of_a_payment
from tests.in_memory.gateway import DECLINING, SILENT
from tests.in_memory.system import OPERATOR, RECEIVES_MAX, System
from tests.security.forged_events import CONSUMED, a_payment_of, forged

SEEN: Final[Mapping[str, Any]] = {"note": "seen"}
NO_EVENT: Final = '{"specversion": "1.0"}'
# Service → one of its queues, and the event that it carries.
QUEUE_OF: Final = {queue.partition("--")[0]: (queue, event) for event, queue in CONSUMED}


def pay_in_every_way(system: System, **fields: Any) -> None:
    """Create payments that complete, are declined, are refused, and expire."""
    system.deposit(1000)
    system.deposit(500)
    system.run()
    for number, payee in enumerate(("coffee-shop-42", DECLINING, SILENT)):
        system.pay(key=f"in-every-way-{number}", payee=payee, **fields)
        system.run()
    system.pay(key="too-much", amount={"value": 99_999, "currency": "EUR"}, **fields)
    system.pay(key="no-wallet", amount={"value": 1, "currency": "JPY"}, **fields)
    system.run()
    system.pass_the_deadline()
    for entry in list(system.published):
        if entry.detail_type == "wallet.funds_reserved":
            queue = "gateway-processor--wallet-funds_reserved-at-expiry"
            system.consume("gateway-processor", queue, entry.detail)
        if entry.detail_type == "payment.initiated":
            queue = "payment-orchestrator--payment-initiated-after-deadline"
            system.consume("payment-orchestrator", queue, entry.detail)
    system.run()


def send_every_query(system: System) -> None:
    """Send every operation that only reads."""
    orchestrator, wallets = "payment-orchestrator-api", "wallet-service-api"
    payment = system.pay(key="to-be-read")["payment_id"]
    for operation in reads_of_a_payment():
        path = {"payment_id": payment}
        system.ask(f"{operation.service}-api", "GET", operation.path, path=path)
    system.ask(orchestrator, "GET", "/payments", query={"status": "failed", "page_size": "1"})
    system.ask(orchestrator, "GET", "/health", user=None)
    system.ask(wallets, "GET", "/wallets")
    system.ask(wallets, "GET", "/wallets/{currency}", path={"currency": "EUR"})
    system.run()


def fail_in_every_way(system: System, review: Mapping[str, Any]) -> None:
    """Send messages that no consumer understands, or cannot handle while DynamoDB is unavailable.

    Then review what became of them.
    """
    for service, (queue, event) in QUEUE_OF.items():
        message = forged(event, **a_payment_of("x", value=1, currency="EUR"))
        system.consume(service, queue, NO_EVENT)
        with system.without("dynamodb"):
            system.consume(service, queue, message)
            system.consume(service, queue, message, receives=RECEIVES_MAX)
    system.invoke("metrics-collector-consumer", {"specversion": "1.0"})
    system.consume("metrics-collector", "metrics-collector--events", NO_EVENT)
    outbox = a_record(NO_EVENT, "event-relay--outbox") | {"eventSource": "aws:sqs"}
    system.invoke("event-relay-stream", {"Records": [outbox]})
    review_dead_letters(system, review)


def review_dead_letters(system: System, review: Mapping[str, Any]) -> None:
    """Let error-handler park and re-drive the dead letters, and an operator review the rest."""
    retryable = json.dumps({"type": "payment.initiated"})
    dead_letters = [*((m.queue, m.body) for m in system.parked())]
    dead_letters.append(("wallet-service--payment-initiated-dlq", retryable))
    for number, (queue, body) in enumerate(dead_letters):
        record = a_record(
            body,
            queue,
            message_id=f"dead-letter-{number}",
            attributes={"failure_kind": "retryable", "failure_reason": "a test"},
        )
        system.invoke("error-handler-consumer", a_batch(record))
    review_failed_events(system, review)


def review_failed_events(system: System, review: Mapping[str, Any]) -> None:
    operator: dict[str, Any] = {"groups": OPERATOR}
    api, one = "error-handler-api", "/failed-events/{failed_event_id}"
    system.ask(api, "GET", "/failed-events", **operator)
    for number, event in enumerate(system.items("failed-events")):
        path = {"failed_event_id": event["failed_event_id"]}
        system.ask(api, "GET", one, path=path, **operator)
        verb = "redrive" if number % 2 else "discard"
        system.ask(api, "POST", f"{one}/{verb}", path=path, body=review, **operator)


def run_everything(system: System, review: Mapping[str, Any] = SEEN, **fields: Any) -> None:
    """Do all of it; `fields` go into every payment, `review` into every review."""
    pay_in_every_way(system, **fields)
    send_every_query(system)
    fail_in_every_way(system, review)
