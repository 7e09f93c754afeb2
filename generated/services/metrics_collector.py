"""The events that metrics-collector receives and may announce (specs/asyncapi.yaml)."""

from collections.abc import Mapping
from typing import Final, Never, TypeAlias

from generated.events.gateway_payment_approved import GatewayPaymentApproved
from generated.events.gateway_payment_rejected import GatewayPaymentRejected
from generated.events.payment_completed import PaymentCompleted
from generated.events.payment_failed import PaymentFailed
from generated.events.payment_initiated import PaymentInitiated
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_deposited import WalletFundsDeposited
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_funds_reserved import WalletFundsReserved
from generated.events.wallet_reservation_failed import WalletReservationFailed
from generated.messages.gateway_payment_approved import GatewayPaymentApprovedMessage
from generated.messages.gateway_payment_rejected import GatewayPaymentRejectedMessage
from generated.messages.payment_completed import PaymentCompletedMessage
from generated.messages.payment_failed import PaymentFailedMessage
from generated.messages.payment_initiated import PaymentInitiatedMessage
from generated.messages.wallet_funds_deducted import WalletFundsDeductedMessage
from generated.messages.wallet_funds_deposited import WalletFundsDepositedMessage
from generated.messages.wallet_funds_released import WalletFundsReleasedMessage
from generated.messages.wallet_funds_reserved import WalletFundsReservedMessage
from generated.messages.wallet_reservation_failed import WalletReservationFailedMessage
from generated.model import Model

MetricsCollectorReceives: TypeAlias = (
    PaymentInitiated
    | PaymentCompleted
    | PaymentFailed
    | WalletFundsReserved
    | WalletReservationFailed
    | WalletFundsDeducted
    | WalletFundsReleased
    | WalletFundsDeposited
    | GatewayPaymentApproved
    | GatewayPaymentRejected
)
MetricsCollectorMessage: TypeAlias = (
    PaymentInitiatedMessage
    | PaymentCompletedMessage
    | PaymentFailedMessage
    | WalletFundsReservedMessage
    | WalletReservationFailedMessage
    | WalletFundsDeductedMessage
    | WalletFundsReleasedMessage
    | WalletFundsDepositedMessage
    | GatewayPaymentApprovedMessage
    | GatewayPaymentRejectedMessage
)
MetricsCollectorSends: TypeAlias = Never

# Queue slug (or event type, where the bus invokes the service) → message.
METRICS_COLLECTOR_RECEIVES: Final[Mapping[str, type[MetricsCollectorMessage]]] = {
    "payment.initiated": PaymentInitiatedMessage,
    "payment.completed": PaymentCompletedMessage,
    "payment.failed": PaymentFailedMessage,
    "wallet.funds_reserved": WalletFundsReservedMessage,
    "wallet.reservation_failed": WalletReservationFailedMessage,
    "wallet.funds_deducted": WalletFundsDeductedMessage,
    "wallet.funds_released": WalletFundsReleasedMessage,
    "wallet.funds_deposited": WalletFundsDepositedMessage,
    "gateway.payment_approved": GatewayPaymentApprovedMessage,
    "gateway.payment_rejected": GatewayPaymentRejectedMessage,
}

# Data → event type.
METRICS_COLLECTOR_SENDS: Final[Mapping[type[Model], str]] = {}
