"""`gateway.payment_rejected` with its envelope, in `gateway.payment_rejected` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.gateway_payment_rejected import GatewayPaymentRejected


class GatewayPaymentRejectedMessage(CloudEvent):
    """`gateway.payment_rejected` from gateway-processor."""

    source: Literal["gateway-processor"]
    type: Literal["gateway.payment_rejected"]
    data: GatewayPaymentRejected
