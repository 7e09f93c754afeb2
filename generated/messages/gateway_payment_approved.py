"""`gateway.payment_approved` with its envelope, in `gateway.payment_approved` (specs/asyncapi.yaml)."""

from typing import Literal

from generated.common import CloudEvent
from generated.events.gateway_payment_approved import GatewayPaymentApproved


class GatewayPaymentApprovedMessage(CloudEvent):
    """`gateway.payment_approved` from gateway-processor."""

    source: Literal["gateway-processor"]
    type: Literal["gateway.payment_approved"]
    data: GatewayPaymentApproved
