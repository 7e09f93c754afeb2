"""What payment-orchestrator serves (specs/openapi.yaml): a method per operation, and the models to parse for it."""

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


PAYMENT_ORCHESTRATOR_ROUTES: Final = {
    ("POST", "/payments"): Route(
        operation=OPERATIONS["createPayment"],
        function="create_payment",
        parameters=(Parameter("idempotency_key", "idempotency-key", "header", False),),
        parameters_model=CreatePaymentParameters,
        body_model=PaymentRequest,
    ),
    ("GET", "/payments"): Route(
        operation=OPERATIONS["listPayments"],
        function="list_payments",
        parameters=(
            Parameter("status", "status", "query", False),
            Parameter("page_size", "page_size", "query", True),
            Parameter("cursor", "cursor", "query", False),
        ),
        parameters_model=ListPaymentsParameters,
    ),
    ("GET", "/payments/{payment_id}"): Route(
        operation=OPERATIONS["getPayment"],
        function="get_payment",
        parameters=(Parameter("payment_id", "payment_id", "path", False),),
        parameters_model=GetPaymentParameters,
    ),
    ("GET", "/health"): Route(
        operation=OPERATIONS["getHealth"],
        function="get_health",
    ),
}
