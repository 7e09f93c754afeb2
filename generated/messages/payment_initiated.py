"""`payment.initiated` as it travels: a CloudEvent, one class per channel (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.payment_initiated import (
    PaymentInitiated,
    PaymentInitiatedAfterDeadline,
)


class PaymentInitiatedMessage(CloudEvent):
    """`payment.initiated` from payment-orchestrator."""

    source: Literal["payment-orchestrator"]
    type: Literal["payment.initiated"]
    data: PaymentInitiated


class PaymentInitiatedAfterDeadlineMessage(CloudEvent):
    """`payment.initiated` from payment-orchestrator, the copy that arrives late through `payment.initiated.after-deadline`."""

    source: Literal["payment-orchestrator"]
    type: Literal["payment.initiated"]
    data: PaymentInitiatedAfterDeadline
