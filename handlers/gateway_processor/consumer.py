"""Entry point: charge what was reserved, and close what expired."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

from generated.services.gateway_processor import (
    GATEWAY_PROCESSOR_RECEIVES,
    GatewayProcessorMessage,
)
from handlers.core.decision import Decision
from handlers.core.envelope import Cause
from handlers.core.errors import Conflict, Permanent, Retryable
from handlers.gateway_processor.charge import Charge
from handlers.gateway_processor.decisions import (
    Decided,
    Question,
    decide,
    first_question,
    on_answer,
)
from handlers.gateway_processor.gateway import Answer, ChargeRequest, Gateway, GatewayCircuitOpen
from handlers.gateway_processor.http_gateway import HttpGateway
from handlers.gateway_processor.store import Charges
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.commit import until_settled
from handlers.runtime.queue import BatchResponse, Consumer, SqsBatch, each
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready
from handlers.runtime.telemetry import count

Message: TypeAlias = GatewayProcessorMessage

QUESTIONS_MAX: Final = 3  # to the gateway per delivery: charge, inquire, and one more


def react(charges: Charges, gateway: Gateway, clock: Clock, message: Message) -> str:
    """Claim, ask, record; after a crash in between the next delivery inquires. Raises Failure."""
    decided = until_settled(clock, lambda: _claimed(charges, clock, message))
    question = first_question(decided, clock.now())
    if question is None:
        return decided.note
    end = _end(decided.state, question, gateway, clock)
    return _recorded(end, charges, clock, Cause(message.correlationid, message.id))


def _claimed(charges: Charges, clock: Clock, message: Message) -> Decided:
    """Fetch, decide, commit; the decision's charge has the version that is now stored."""
    now = clock.now()
    charge = charges.fetch(message.data.payment_id)
    decided = decide(charge, message.data, now)
    charges.commit(decided, cause=Cause(message.correlationid, message.id), now=now)
    if decided.kind == "moved":
        written = replace(decided.state, version=decided.state.version + 1)
        return replace(decided, state=written)
    return decided


def _end(charge: Charge, question: Question, gateway: Gateway, clock: Clock) -> Decided:
    """Ask until the charge has its end. Raises Retryable when the outcome stays unknown."""
    for _ in range(QUESTIONS_MAX):
        step = on_answer(charge, question, _answer(charge, question, gateway), clock.now())
        if isinstance(step, Decision):
            return step
        question = step
    raise Retryable(
        f"gateway outcome of {charge.payment_id} is unknown after {QUESTIONS_MAX} calls; "
        f"the next delivery starts with {question}"
    )


def _answer(charge: Charge, question: Question, gateway: Gateway) -> Answer:
    request = _request(charge)
    try:
        match question:
            case "charge":
                return gateway.charge(request)
            case "inquire":
                return gateway.inquire(request)
            case "cancel":
                return gateway.cancel(request)
    except GatewayCircuitOpen:
        count("GatewayCircuitOpen")
        raise


def _recorded(decided: Decided, charges: Charges, clock: Clock, cause: Cause) -> str:
    """Write the end, or accept the same end from a faster worker.

    Raises Permanent when the gateway answered that worker differently: an operator must then ask
    the provider about the money.
    """
    try:
        charges.commit(decided, cause=cause, now=clock.now())
    except Conflict:
        found = charges.fetch(decided.state.payment_id)
        if found is None or found.status == "pending":
            raise
        if found.status != decided.state.status:
            raise Permanent(
                f"the gateway answered {decided.state.status} now and {found.status} before"
            ) from None
        return f"already {found.status}"
    return decided.note


def _request(charge: Charge) -> ChargeRequest:
    return ChargeRequest(
        idempotency_key=charge.payment_id,
        amount_value=charge.amount.value,
        currency=charge.amount.currency,
        payee=charge.payee,
    )


def build(settings: Settings, clock: Clock, gateway: Gateway | None = None) -> Consumer[Message]:
    charges = Charges(aws.dynamodb(), settings.text("CHARGES_TABLE"))
    asked = gateway or _http_gateway(settings)
    return Consumer(
        receives=GATEWAY_PROCESSOR_RECEIVES,
        handle=each(lambda message: react(charges, asked, clock, message)),
        sqs=aws.sqs(),
        clock=clock,
    )


def _http_gateway(settings: Settings) -> Gateway:
    secret_id = settings.text("GATEWAY_SECRET_ID")
    return HttpGateway(settings.text("GATEWAY_URL"), lambda: aws.secret(secret_id))


consumer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(batch: SqsBatch, _context: object) -> BatchResponse:
    return consumer.consume(batch)
