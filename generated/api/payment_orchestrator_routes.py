"""What payment-orchestrator serves (specs/openapi.yaml): a method per operation, and how to call it."""

from collections.abc import Mapping
from typing import Final, Protocol

from generated.api.payment_orchestrator import (
    CreatePaymentParameters,
    GetPaymentParameters,
    Health,
    ListPaymentsParameters,
    Payment,
    PaymentPage,
    PaymentRequest,
)
from generated.catalogue import OPERATIONS
from generated.contract import Answer, Caller, Parameter, Route


class PaymentOrchestratorApi(Protocol):
    """Every operation of payment-orchestrator; each may raise handlers.core.problem.Problem."""

    def create_payment(
        self,
        caller: Caller,
        parameters: CreatePaymentParameters,
        body: PaymentRequest,
    ) -> Answer[Payment]:
        """Create a payment."""
        ...

    def list_payments(
        self,
        caller: Caller,
        parameters: ListPaymentsParameters,
    ) -> Answer[PaymentPage]:
        """List own payments."""
        ...

    def get_payment(
        self,
        caller: Caller,
        parameters: GetPaymentParameters,
    ) -> Answer[Payment]:
        """Read one of your payments."""
        ...

    def get_health(
        self,
        caller: Caller,
    ) -> Answer[Health]:
        """Is the API up?."""
        ...


PAYMENT_ORCHESTRATOR_ROUTES: Final[Mapping[tuple[str, str], Route[PaymentOrchestratorApi]]] = {
    ("POST", "/payments"): Route(
        operation=OPERATIONS["createPayment"],
        call=lambda api, caller, request: api.create_payment(
            caller,
            request.parameters(CreatePaymentParameters),
            request.body(PaymentRequest),
        ),
        parameters=(Parameter("idempotency_key", "Idempotency-Key", "header", False),),
    ),
    ("GET", "/payments"): Route(
        operation=OPERATIONS["listPayments"],
        call=lambda api, caller, request: api.list_payments(
            caller,
            request.parameters(ListPaymentsParameters),
        ),
        parameters=(
            Parameter("status", "status", "query", False),
            Parameter("page_size", "page_size", "query", True),
            Parameter("cursor", "cursor", "query", False),
        ),
    ),
    ("GET", "/payments/{payment_id}"): Route(
        operation=OPERATIONS["getPayment"],
        call=lambda api, caller, request: api.get_payment(
            caller,
            request.parameters(GetPaymentParameters),
        ),
        parameters=(Parameter("payment_id", "payment_id", "path", False),),
    ),
    ("GET", "/health"): Route(
        operation=OPERATIONS["getHealth"],
        call=lambda api, caller, request: api.get_health(
            caller,
        ),
    ),
}
