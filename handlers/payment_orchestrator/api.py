"""Entry point: create payments and answer queries about them."""

from __future__ import annotations

from dataclasses import dataclass

from generated.api.payment_orchestrator import (
    CreatePaymentParameters,
    GetPaymentParameters,
    Health,
    ListPaymentsParameters,
    PaymentPage,
    PaymentRequest,
    payment_from,
)
from generated.api.payment_orchestrator import Payment as PaymentDocument
from generated.api.payment_orchestrator_routes import (
    PAYMENT_ORCHESTRATOR_ROUTES,
    PaymentOrchestratorApi,
)
from generated.contract import Answer, Caller
from handlers.core.envelope import Cause
from handlers.core.identity import derived, request_fingerprint
from handlers.core.moment import plus
from handlers.core.problem import key_reused, not_found
from handlers.payment_orchestrator.decisions import created
from handlers.payment_orchestrator.payment import Payment
from handlers.payment_orchestrator.store import Payments
from handlers.runtime import aws
from handlers.runtime.clock import SYSTEM_CLOCK, Clock
from handlers.runtime.cursor import decoded, encoded
from handlers.runtime.http import Event, Response, Server, serving
from handlers.runtime.settings import Settings
from handlers.runtime.start import ready


@dataclass(frozen=True, slots=True)
class Api(PaymentOrchestratorApi):
    """The operations of specs/openapi.yaml whose x-service is payment-orchestrator."""

    payments: Payments
    clock: Clock
    expiry_s: int

    def create_payment(
        self, caller: Caller, parameters: CreatePaymentParameters, body: PaymentRequest
    ) -> Answer[PaymentDocument]:
        """Record the payment, or return the first answer again.

        Raises Problem 422 when the key is another request's.
        """
        payment = self._new(caller, parameters.idempotency_key, body)
        existing = self.payments.create(created(payment), Cause(caller.correlation_id))
        if existing and existing.request_fingerprint != payment.request_fingerprint:
            raise key_reused()
        first = existing.at_first() if existing else payment
        replayed = {"Idempotency-Replayed": "true"} if existing else {}
        location = {"Location": f"/payments/{payment.payment_id}"}
        return Answer(payment_from(first), status=201, headers=location | replayed)

    def _new(self, caller: Caller, key: str, body: PaymentRequest) -> Payment:
        now = self.clock.now()
        return Payment(
            payment_id=derived("pay", caller.user_id, key),
            user_id=caller.user_id,
            status="pending",
            amount=body.amount,
            payee=body.payee,
            created_at=now,
            updated_at=now,
            expires_at=plus(now, seconds=self.expiry_s),
            request_fingerprint=request_fingerprint(body),
            version=1,
            description=body.description,
            metadata=body.metadata,
        )

    def get_payment(
        self, caller: Caller, parameters: GetPaymentParameters
    ) -> Answer[PaymentDocument]:
        """Raises Problem 404, also for a payment of another user."""
        payment = self.payments.fetch(parameters.payment_id)
        if payment is None or payment.user_id != caller.user_id:
            raise not_found("There is no payment of yours with this id.")
        return Answer(payment_from(payment))

    def list_payments(
        self, caller: Caller, parameters: ListPaymentsParameters
    ) -> Answer[PaymentPage]:
        scope = ("payments", caller.user_id, parameters.status or "")
        page = self.payments.page(
            caller.user_id,
            status=parameters.status,
            size=parameters.page_size,
            position=decoded(parameters.cursor, scope) if parameters.cursor else None,
        )
        return Answer(
            PaymentPage(
                items=[payment_from(payment) for payment in page.payments],
                next_cursor=encoded(page.position, scope) if page.position else None,
            )
        )

    def get_health(self, caller: Caller) -> Answer[Health]:
        return Answer(Health(status="ok"))


def build(settings: Settings, clock: Clock) -> Server[Api]:
    payments = Payments(aws.dynamodb(), settings.text("PAYMENTS_TABLE"))
    api = Api(payments, clock, settings.seconds("EXPIRY_S"))
    return serving(PAYMENT_ORCHESTRATOR_ROUTES, api, settings)


server = ready(build(Settings(), SYSTEM_CLOCK))


def handler(event: Event, _context: object) -> Response:
    return server.serve(event)
