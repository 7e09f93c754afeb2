"""The events that payment-orchestrator receives and may announce (specs/asyncapi.yaml)."""

from collections.abc import Mapping
from typing import Final, TypeAlias

from generated.events.payment_completed import PaymentCompleted
from generated.events.payment_failed import PaymentFailed
from generated.events.payment_initiated import PaymentInitiated
from generated.events.payment_initiated_after_deadline import PaymentInitiatedAfterDeadline
from generated.events.wallet_funds_deducted import WalletFundsDeducted
from generated.events.wallet_funds_released import WalletFundsReleased
from generated.events.wallet_reservation_failed import WalletReservationFailed
from generated.messages.payment_initiated_after_deadline import PaymentInitiatedAfterDeadlineMessage
from generated.messages.wallet_funds_deducted import WalletFundsDeductedMessage
from generated.messages.wallet_funds_released import WalletFundsReleasedMessage
from generated.messages.wallet_reservation_failed import WalletReservationFailedMessage
from generated.model import Model

PaymentOrchestratorReceives: TypeAlias = (
    PaymentInitiatedAfterDeadline
    | WalletReservationFailed
    | WalletFundsDeducted
    | WalletFundsReleased
)
PaymentOrchestratorMessage: TypeAlias = (
    PaymentInitiatedAfterDeadlineMessage
    | WalletReservationFailedMessage
    | WalletFundsDeductedMessage
    | WalletFundsReleasedMessage
)
PaymentOrchestratorSends: TypeAlias = PaymentInitiated | PaymentCompleted | PaymentFailed

# Queue slug (or event type, where the bus invokes the service) → message.
PAYMENT_ORCHESTRATOR_RECEIVES: Final[Mapping[str, type[PaymentOrchestratorMessage]]] = {
    "payment-initiated-after-deadline": PaymentInitiatedAfterDeadlineMessage,
    "wallet-reservation_failed": WalletReservationFailedMessage,
    "wallet-funds_deducted": WalletFundsDeductedMessage,
    "wallet-funds_released": WalletFundsReleasedMessage,
}

# Data → event type.
PAYMENT_ORCHESTRATOR_SENDS: Final[Mapping[type[Model], str]] = {
    PaymentInitiated: "payment.initiated",
    PaymentCompleted: "payment.completed",
    PaymentFailed: "payment.failed",
}
