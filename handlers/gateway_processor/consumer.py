"""Entry point: charge what was reserved, and close what expired."""

from __future__ import annotations

from dataclasses import dataclass, replace
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


@dataclass(frozen=True, slots=True)
class Processor:
    charges: Charges
    gateway: Gateway
    clock: Clock

    def react(self, message: Message) -> str:
        """Claim, ask, record; a crash in between is found by the next delivery, which inquires.

        Raises Failure.
        """
        decided = until_settled(self.clock, lambda: self._claimed(message))
        question = first_question(decided, self.clock.now())
        if question is None:
            return decided.note
        return self._settled(decided.state, question, Cause(message.correlationid, message.id))

    def _claimed(self, message: Message) -> Decided:
        now = self.clock.now()
        charge = self.charges.fetch(message.data.payment_id)
        decided = decide(charge, message.data, now)
        self.charges.commit(decided, cause=Cause(message.correlationid, message.id), now=now)
        if decided.kind == "moved":
            written = replace(decided.state, version=decided.state.version + 1)
            return replace(decided, state=written)
        return decided

    def _settled(self, charge: Charge, question: Question, cause: Cause) -> str:
        """Ask until the charge has its end, and record that.

        Raises Retryable when it stays unknown.
        """
        for _ in range(QUESTIONS_MAX):
            answer = self._ask(charge, question)
            step = on_answer(charge, question, answer, self.clock.now())
            if isinstance(step, Decision):
                return self._recorded(step, cause)
            question = step
        raise Retryable(f"gateway outcome of {charge.payment_id} is unknown; next is {question}")

    def _ask(self, charge: Charge, question: Question) -> Answer:
        request = _request(charge)
        try:
            match question:
                case "charge":
                    return self.gateway.charge(request)
                case "inquire":
                    return self.gateway.inquire(request)
                case "cancel":
                    return self.gateway.cancel(request)
        except GatewayCircuitOpen:
            count("GatewayCircuitOpen")
            raise

    def _recorded(self, decided: Decided, cause: Cause) -> str:
        """Write the end; when another worker was faster, the gateway told it the same.

        Raises Permanent when it did not: then an operator must ask the provider about the money.
        """
        try:
            self.charges.commit(decided, cause=cause, now=self.clock.now())
        except Conflict:
            found = self.charges.fetch(decided.state.payment_id)
            if found is None or found.status == "pending":
                raise
            if found.status != decided.state.status:
                said, kept = decided.state.status, found.status
                raise Permanent(f"the gateway says {said}, but said {kept} before") from None
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
    processor = Processor(charges, gateway or _http_gateway(settings), clock)
    return Consumer(
        receives=GATEWAY_PROCESSOR_RECEIVES,
        handle=each(processor.react),
        sqs=aws.sqs(),
        clock=clock,
    )


def _http_gateway(settings: Settings) -> Gateway:
    secret_id = settings.text("GATEWAY_SECRET_ID")
    return HttpGateway(settings.text("GATEWAY_URL"), lambda: aws.secret(secret_id))


consumer = ready(build(Settings(), SYSTEM_CLOCK))


def handler(batch: SqsBatch, _context: object) -> BatchResponse:
    return consumer.consume(batch)
