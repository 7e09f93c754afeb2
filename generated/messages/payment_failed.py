"""`payment.failed` with its envelope, in `payment.failed` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.payment_failed import PaymentFailed


class PaymentFailedMessage(CloudEvent):
    """`payment.failed` from payment-orchestrator."""

    source: Literal["payment-orchestrator"]
    type: Literal["payment.failed"]
    data: PaymentFailed
