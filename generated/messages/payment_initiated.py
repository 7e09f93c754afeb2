"""`payment.initiated` with its envelope, in `payment.initiated` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.payment_initiated import PaymentInitiated


class PaymentInitiatedMessage(CloudEvent):
    """`payment.initiated` from payment-orchestrator."""

    source: Literal["payment-orchestrator"]
    type: Literal["payment.initiated"]
    data: PaymentInitiated
