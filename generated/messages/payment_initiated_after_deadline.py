"""`payment.initiated` as it travels through `payment.initiated.after-deadline` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.payment_initiated_after_deadline import PaymentInitiatedAfterDeadline


class PaymentInitiatedAfterDeadlineMessage(CloudEvent):
    """`payment.initiated` from payment-orchestrator, the copy that arrives late."""

    source: Literal["payment-orchestrator"]
    type: Literal["payment.initiated"]
    data: PaymentInitiatedAfterDeadline
