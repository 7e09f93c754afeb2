"""`payment.completed` with its envelope, in `payment.completed` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.payment_completed import PaymentCompleted


class PaymentCompletedMessage(CloudEvent):
    """`payment.completed` from payment-orchestrator."""

    source: Literal["payment-orchestrator"]
    type: Literal["payment.completed"]
    data: PaymentCompleted
