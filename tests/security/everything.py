"""Everything that the system does, once: each operation, each event, each way to fail."""

from __future__ import annotations

import json
from typing import Any, Final

from tests.builders import a_batch, a_record
from tests.contracts.world import DECLINING, SILENT
from tests.security.forgeries import forged
from tests.security.witness import OPERATOR, RECEIVES_MAX, Witness

NO_EVENT: Final = '{"specversion": "1.0"}'


def pay_in_every_way(world: Witness, **fields: Any) -> None:
    """Payments that complete, are declined, are refused, and expire."""
    world.deposit(1000)
    world.deposit(500)
    world.run()
    for number, payee in enumerate(("coffee-shop-42", DECLINING, SILENT)):
        world.pay(key=f"in-every-way-{number}", payee=payee, **fields)
        world.run()
    world.pay(key="too-much", amount={"value": 99_999, "currency": "EUR"}, **fields)
    world.pay(key="no-wallet", amount={"value": 1, "currency": "JPY"}, **fields)
    world.run()
    world.pass_the_deadline()
    for entry in list(world.published):
        if entry.detail_type == "wallet.funds_reserved":
            queue = "gateway-processor--wallet-funds_reserved-at-expiry"
            world.consume("gateway-processor", queue, entry.detail)
        if entry.detail_type == "payment.initiated":
            queue = "payment-orchestrator--payment-initiated-after-deadline"
            world.consume("payment-orchestrator", queue, entry.detail)
    world.run()


def ask_every_question(world: Witness) -> None:
    """Every operation that only reads, and requests that are refused."""
    orchestrator, wallets = "payment-orchestrator-api", "wallet-service-api"
    payment = world.pay(key="to-be-read")["payment_id"]
    world.ask(orchestrator, "GET", "/payments/{payment_id}", path={"payment_id": payment})
    world.ask(orchestrator, "GET", "/payments", query={"status": "failed", "page_size": "1"})
    world.ask(orchestrator, "GET", "/health", user=None)
    world.ask(wallets, "GET", "/wallets")
    world.ask(wallets, "GET", "/wallets/{currency}", path={"currency": "EUR"})
    world.run()


def fail_in_every_way(world: Witness) -> None:
    """A message that no consumer understands, one that is too early, and what becomes of them."""
    queues = {
        "payment-orchestrator": ("wallet-funds_deducted", "wallet.funds_deducted"),
        "wallet-service": ("gateway-payment_approved", "gateway.payment_approved"),
        "gateway-processor": ("wallet-funds_reserved", "wallet.funds_reserved"),
    }
    amount = {"value": 1, "currency": "EUR"}
    for service, (slug, kind) in queues.items():
        queue = f"{service}--{slug}"
        early = forged(kind, payment_id="pay_" + "z" * 26, user_id="x", amount=amount, payee=SILENT)
        world.consume(service, queue, NO_EVENT)
        world.consume(service, queue, early)
        world.consume(service, queue, early, receives=RECEIVES_MAX)
    world.invoke("metrics-collector-consumer", {"specversion": "1.0"})
    world.consume("metrics-collector", "metrics-collector--events", NO_EVENT)
    outbox = a_record(NO_EVENT, "event-relay--outbox") | {"eventSource": "aws:sqs"}
    world.invoke("event-relay-stream", {"Records": [outbox]})
    look_after_dead_letters(world)


def look_after_dead_letters(world: Witness) -> None:
    """The error handler parks and re-drives; an operator reviews."""
    retryable = json.dumps({"type": "payment.initiated"})
    letters = [*((m.queue, m.body) for m in world.parked())]
    letters.append(("wallet-service--payment-initiated-dlq", retryable))
    for number, (queue, body) in enumerate(letters):
        record = a_record(
            body,
            queue,
            message_id=f"letter-{number}",
            attributes={"failure_kind": "retryable", "failure_reason": "a test"},
        )
        world.invoke("error-handler-consumer", a_batch(record))
    review_failed_events(world)


def review_failed_events(world: Witness) -> None:
    operator: dict[str, Any] = {"groups": OPERATOR}
    api, one = "error-handler-api", "/failed-events/{failed_event_id}"
    world.ask(api, "GET", "/failed-events", **operator)
    for number, event in enumerate(world.items("failed-events")):
        path = {"failed_event_id": event["failed_event_id"]}
        world.ask(api, "GET", one, path=path, **operator)
        verb = "redrive" if number % 2 else "discard"
        world.ask(api, "POST", f"{one}/{verb}", path=path, body={"note": "seen"}, **operator)


def do_everything(world: Witness, **fields: Any) -> None:
    """`fields` go into every payment."""
    pay_in_every_way(world, **fields)
    ask_every_question(world)
    fail_in_every_way(world)
