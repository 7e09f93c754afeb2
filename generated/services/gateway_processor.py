"""The events that gateway-processor receives and may announce (specs/asyncapi.yaml)."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_funds_reserved_at_expiry import WalletFundsReservedAtExpiry
from generated.messages.wallet_funds_reserved import WalletFundsReservedMessage
from generated.messages.wallet_funds_reserved_at_expiry import WalletFundsReservedAtExpiryMessage
from generated.model import Model

GatewayProcessorReceives: TypeAlias = WalletFundsReserved | WalletFundsReservedAtExpiry
GatewayProcessorMessage: TypeAlias = WalletFundsReservedMessage | WalletFundsReservedAtExpiryMessage
GatewayProcessorSends: TypeAlias = GatewayPaymentApproved | GatewayPaymentRejected

# Queue slug (or event type, where the bus invokes the service) → message.
GATEWAY_PROCESSOR_RECEIVES: Final[Mapping[str, type[GatewayProcessorMessage]]] = {
    "wallet-funds_reserved": WalletFundsReservedMessage,
    "wallet-funds_reserved-at-expiry": WalletFundsReservedAtExpiryMessage,
}

# Data → event type.
GATEWAY_PROCESSOR_SENDS: Final[Mapping[type[Model], str]] = {
    GatewayPaymentApproved: "gateway.payment_approved",
    GatewayPaymentRejected: "gateway.payment_rejected",
}
