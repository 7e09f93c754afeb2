"""The events with producers, consumers and channels, and the operations of the API (specs/)."""

from collections.abc import Mapping
from typing import Final

from generated.contract import Consumer, Event, Operation

EVENTS: Final[Mapping[str, Event]] = {
    "payment.initiated": Event(
        type="payment.initiated",
        producer="payment-orchestrator",
        retryable=True,
        consumers=(
            Consumer(
                service="payment-orchestrator",
                channel="payment.initiated.after-deadline",
                event="payment.initiated",
                delivery="queue",
                delayed=True,
            ),
            Consumer(
                service="wallet-service",
                channel="payment.initiated",
                event="payment.initiated",
                delivery="queue",
                delayed=False,
            ),
            Consumer(
                service="metrics-collector",
                channel="payment.initiated",
                event="payment.initiated",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "payment.completed": Event(
        type="payment.completed",
        producer="payment-orchestrator",
        retryable=False,
        consumers=(
            Consumer(
                service="metrics-collector",
                channel="payment.completed",
                event="payment.completed",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "payment.failed": Event(
        type="payment.failed",
        producer="payment-orchestrator",
        retryable=False,
        consumers=(
            Consumer(
                service="metrics-collector",
                channel="payment.failed",
                event="payment.failed",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "wallet.funds_reserved": Event(
        type="wallet.funds_reserved",
        producer="wallet-service",
        retryable=True,
        consumers=(
            Consumer(
                service="gateway-processor",
                channel="wallet.funds_reserved",
                event="wallet.funds_reserved",
                delivery="queue",
                delayed=False,
            ),
            Consumer(
                service="gateway-processor",
                channel="wallet.funds_reserved.at-expiry",
                event="wallet.funds_reserved",
                delivery="queue",
                delayed=True,
            ),
            Consumer(
                service="metrics-collector",
                channel="wallet.funds_reserved",
                event="wallet.funds_reserved",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "wallet.reservation_failed": Event(
        type="wallet.reservation_failed",
        producer="wallet-service",
        retryable=False,
        consumers=(
            Consumer(
                service="payment-orchestrator",
                channel="wallet.reservation_failed",
                event="wallet.reservation_failed",
                delivery="queue",
                delayed=False,
            ),
            Consumer(
                service="metrics-collector",
                channel="wallet.reservation_failed",
                event="wallet.reservation_failed",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "wallet.funds_deducted": Event(
        type="wallet.funds_deducted",
        producer="wallet-service",
        retryable=False,
        consumers=(
            Consumer(
                service="payment-orchestrator",
                channel="wallet.funds_deducted",
                event="wallet.funds_deducted",
                delivery="queue",
                delayed=False,
            ),
            Consumer(
                service="metrics-collector",
                channel="wallet.funds_deducted",
                event="wallet.funds_deducted",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "wallet.funds_released": Event(
        type="wallet.funds_released",
        producer="wallet-service",
        retryable=False,
        consumers=(
            Consumer(
                service="payment-orchestrator",
                channel="wallet.funds_released",
                event="wallet.funds_released",
                delivery="queue",
                delayed=False,
            ),
            Consumer(
                service="metrics-collector",
                channel="wallet.funds_released",
                event="wallet.funds_released",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "wallet.funds_deposited": Event(
        type="wallet.funds_deposited",
        producer="wallet-service",
        retryable=False,
        consumers=(
            Consumer(
                service="metrics-collector",
                channel="wallet.funds_deposited",
                event="wallet.funds_deposited",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "gateway.payment_approved": Event(
        type="gateway.payment_approved",
        producer="gateway-processor",
        retryable=False,
        consumers=(
            Consumer(
                service="wallet-service",
                channel="gateway.payment_approved",
                event="gateway.payment_approved",
                delivery="queue",
                delayed=False,
            ),
            Consumer(
                service="metrics-collector",
                channel="gateway.payment_approved",
                event="gateway.payment_approved",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
    "gateway.payment_rejected": Event(
        type="gateway.payment_rejected",
        producer="gateway-processor",
        retryable=False,
        consumers=(
            Consumer(
                service="wallet-service",
                channel="gateway.payment_rejected",
                event="gateway.payment_rejected",
                delivery="queue",
                delayed=False,
            ),
            Consumer(
                service="metrics-collector",
                channel="gateway.payment_rejected",
                event="gateway.payment_rejected",
                delivery="invoke",
                delayed=False,
            ),
        ),
    ),
}

SERVICES: Final = (
    "payment-orchestrator",
    "wallet-service",
    "gateway-processor",
    "metrics-collector",
    "error-handler",
    "event-relay",
)

DELAYS_S: Final[Mapping[str, int]] = {
    "payment.initiated.after-deadline": 900,
    "wallet.funds_reserved.at-expiry": 900,
}

OPERATIONS: Final[Mapping[str, Operation]] = {
    "createPayment": Operation(
        operation_id="createPayment",
        method="POST",
        path="/payments",
        service="payment-orchestrator",
        roles=(),
        sandbox_open=False,
        authenticated=True,
    ),
    "listPayments": Operation(
        operation_id="listPayments",
        method="GET",
        path="/payments",
        service="payment-orchestrator",
        roles=(),
        sandbox_open=False,
        authenticated=True,
    ),
    "getPayment": Operation(
        operation_id="getPayment",
        method="GET",
        path="/payments/{payment_id}",
        service="payment-orchestrator",
        roles=(),
        sandbox_open=False,
        authenticated=True,
    ),
    "listWallets": Operation(
        operation_id="listWallets",
        method="GET",
        path="/wallets",
        service="wallet-service",
        roles=(),
        sandbox_open=False,
        authenticated=True,
    ),
    "getWallet": Operation(
        operation_id="getWallet",
        method="GET",
        path="/wallets/{currency}",
        service="wallet-service",
        roles=(),
        sandbox_open=False,
        authenticated=True,
    ),
    "createDeposit": Operation(
        operation_id="createDeposit",
        method="POST",
        path="/wallets/{currency}/deposits",
        service="wallet-service",
        roles=("operator",),
        sandbox_open=True,
        authenticated=True,
    ),
    "listFailedEvents": Operation(
        operation_id="listFailedEvents",
        method="GET",
        path="/failed-events",
        service="error-handler",
        roles=("operator",),
        sandbox_open=False,
        authenticated=True,
    ),
    "getFailedEvent": Operation(
        operation_id="getFailedEvent",
        method="GET",
        path="/failed-events/{failed_event_id}",
        service="error-handler",
        roles=("operator",),
        sandbox_open=False,
        authenticated=True,
    ),
    "redriveFailedEvent": Operation(
        operation_id="redriveFailedEvent",
        method="POST",
        path="/failed-events/{failed_event_id}/redrive",
        service="error-handler",
        roles=("operator",),
        sandbox_open=False,
        authenticated=True,
    ),
    "discardFailedEvent": Operation(
        operation_id="discardFailedEvent",
        method="POST",
        path="/failed-events/{failed_event_id}/discard",
        service="error-handler",
        roles=("operator",),
        sandbox_open=False,
        authenticated=True,
    ),
    "getHealth": Operation(
        operation_id="getHealth",
        method="GET",
        path="/health",
        service="payment-orchestrator",
        roles=(),
        sandbox_open=False,
        authenticated=False,
    ),
}
