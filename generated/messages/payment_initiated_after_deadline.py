"""`payment.initiated` with its envelope, in `payment.initiated.after-deadline` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.payment_initiated_after_deadline import PaymentInitiatedAfterDeadline


class PaymentInitiatedAfterDeadlineMessage(CloudEvent):
    """`payment.initiated` from payment-orchestrator, the delayed copy."""

    source: Literal["payment-orchestrator"]
    type: Literal["payment.initiated"]
    data: PaymentInitiatedAfterDeadline
