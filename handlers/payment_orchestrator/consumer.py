"""Entry point: the wallet's answers, and payments whose deadline has passed."""

from __future__ import annotations

from typing import TypeAlias

from generated.services.payment_orchestrator import (
    PAYMENT_ORCHESTRATOR_RECEIVES,
    PaymentOrchestratorMessage,
)
from handlers.core.envelope import Cause
from handlers.payment_orchestrator.decisions import decide
from handlers.payment_orchestrator.store import Payments
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.commit import until_settled
from handlers.runtime.queue import BatchResponse, Consumer, SqsBatch, each
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready

Message: TypeAlias = PaymentOrchestratorMessage


def react(payments: Payments, clock: Clock, message: Message) -> str:
    """Fetch, decide, commit; again while another writer is faster. Raises Failure."""

    def attempt() -> str:
        now = clock.now()
        payment = payments.fetch(message.data.payment_id)
        decided = decide(payment, message.data, now, reannounced=message.reannounced or 0)
        cause = Cause(message.correlationid, message.id)
        payments.commit(decided, cause=cause, now=now)
        return decided.note

    return until_settled(clock, attempt)


def build(settings: Settings, clock: Clock) -> Consumer[Message]:
    payments = Payments(aws.dynamodb(), settings.text("PAYMENTS_TABLE"))
    return Consumer(
        receives=PAYMENT_ORCHESTRATOR_RECEIVES,
        handle=each(lambda message: react(payments, clock, message)),
        sqs=aws.sqs(),
        clock=clock,
    )


consumer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(batch: SqsBatch, _context: object) -> BatchResponse:
    return consumer.consume(batch)
