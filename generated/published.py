"""Every event that may be published, by producer (specs/asyncapi.yaml); for event-relay."""

from collections.abc import Mapping
from typing import Final

from generated.common import CloudEvent
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

PUBLISHED: Final[Mapping[str, Mapping[str, type[CloudEvent]]]] = {
    "payment-orchestrator": {
        "payment.initiated": PaymentInitiatedMessage,
        "payment.completed": PaymentCompletedMessage,
        "payment.failed": PaymentFailedMessage,
    },
    "wallet-service": {
        "wallet.funds_reserved": WalletFundsReservedMessage,
        "wallet.reservation_failed": WalletReservationFailedMessage,
        "wallet.funds_deducted": WalletFundsDeductedMessage,
        "wallet.funds_released": WalletFundsReleasedMessage,
        "wallet.funds_deposited": WalletFundsDepositedMessage,
    },
    "gateway-processor": {
        "gateway.payment_approved": GatewayPaymentApprovedMessage,
        "gateway.payment_rejected": GatewayPaymentRejectedMessage,
    },
}
