"""The events that wallet-service receives and may announce (specs/asyncapi.yaml)."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.payment_initiated import PaymentInitiated
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_deposited import WalletFundsDeposited
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_reservation_failed import WalletReservationFailed
from generated.messages.gateway_payment_approved import GatewayPaymentApprovedMessage
from generated.messages.gateway_payment_rejected import GatewayPaymentRejectedMessage
from generated.messages.payment_initiated import PaymentInitiatedMessage
from generated.model import Model

WalletServiceReceives: TypeAlias = (
    PaymentInitiated | GatewayPaymentApproved | GatewayPaymentRejected
)
WalletServiceMessage: TypeAlias = (
    PaymentInitiatedMessage | GatewayPaymentApprovedMessage | GatewayPaymentRejectedMessage
)
WalletServiceSends: TypeAlias = (
    WalletFundsReserved
    | WalletReservationFailed
    | WalletFundsDeducted
    | WalletFundsReleased
    | WalletFundsDeposited
)

# Queue slug (or event type, where the bus invokes the service) → message.
WALLET_SERVICE_RECEIVES: Final[Mapping[str, type[WalletServiceMessage]]] = {
    "payment-initiated": PaymentInitiatedMessage,
    "gateway-payment_approved": GatewayPaymentApprovedMessage,
    "gateway-payment_rejected": GatewayPaymentRejectedMessage,
}

# Data → event type.
WALLET_SERVICE_SENDS: Final[Mapping[type[Model], str]] = {
    WalletFundsReserved: "wallet.funds_reserved",
    WalletReservationFailed: "wallet.reservation_failed",
    WalletFundsDeducted: "wallet.funds_deducted",
    WalletFundsReleased: "wallet.funds_released",
    WalletFundsDeposited: "wallet.funds_deposited",
}
