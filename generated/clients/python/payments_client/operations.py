"""The operations of the API as calls, which the clients send.

Each raises ValidationError for arguments that break the contract.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, validate_call

from .call import KEY_HEADER, Call, key
from .models import (
    Currency,
    Deposit,
    DepositRequest,
    FailedEvent,
    FailedEventId,
    FailedEventPage,
    FailedEventStatus,
    Health,
    Payment,
    PaymentId,
    PaymentPage,
    PaymentRequest,
    PaymentStatus,
    Review,
    UserId,
    Wallet,
    WalletList,
)


@validate_call
def create_payment(
    body: PaymentRequest,
    *,
    idempotency_key: Annotated[str, Field(pattern="^[!-~]{1,64}$")] | None = None,
) -> Call[Payment]:
    """Create a payment."""
    return Call(
        method="POST",
        path="/payments",
        answer=Payment,
        repeatable=True,
        headers={KEY_HEADER: key(idempotency_key)},
        body=body,
    )


@validate_call
def list_payments(
    *,
    status: PaymentStatus | None = None,
    page_size: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None,
    cursor: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] | None = None,
) -> Call[PaymentPage]:
    """List own payments."""
    return Call(
        method="GET",
        path="/payments",
        answer=PaymentPage,
        repeatable=True,
        query={
            "status": status,
            "page_size": page_size,
            "cursor": cursor,
        },
    )


@validate_call
def get_payment(payment_id: PaymentId) -> Call[Payment]:
    """Read one of your payments."""
    return Call(
        method="GET",
        path="/payments/{payment_id}",
        answer=Payment,
        repeatable=True,
        places={
            "payment_id": payment_id,
        },
    )


@validate_call
def list_wallets() -> Call[WalletList]:
    """List own wallets."""
    return Call(
        method="GET",
        path="/wallets",
        answer=WalletList,
        repeatable=True,
    )


@validate_call
def get_wallet(currency: Currency, *, user_id: UserId | None = None) -> Call[Wallet]:
    """Read one of your wallets."""
    return Call(
        method="GET",
        path="/wallets/{currency}",
        answer=Wallet,
        repeatable=True,
        places={
            "currency": currency,
        },
        query={
            "user_id": user_id,
        },
    )


@validate_call
def create_deposit(
    currency: Currency,
    body: DepositRequest,
    *,
    idempotency_key: Annotated[str, Field(pattern="^[!-~]{1,64}$")] | None = None,
) -> Call[Deposit]:
    """Put money into a wallet."""
    return Call(
        method="POST",
        path="/wallets/{currency}/deposits",
        answer=Deposit,
        repeatable=True,
        places={
            "currency": currency,
        },
        headers={KEY_HEADER: key(idempotency_key)},
        body=body,
    )


@validate_call
def list_failed_events(
    *,
    status: FailedEventStatus | None = None,
    page_size: Annotated[int, Field(strict=True, ge=1, le=100)] | None = None,
    cursor: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{1,512}$")] | None = None,
) -> Call[FailedEventPage]:
    """List events that wait for review."""
    return Call(
        method="GET",
        path="/failed-events",
        answer=FailedEventPage,
        repeatable=True,
        query={
            "status": status,
            "page_size": page_size,
            "cursor": cursor,
        },
    )


@validate_call
def get_failed_event(failed_event_id: FailedEventId) -> Call[FailedEvent]:
    """Read one failed event."""
    return Call(
        method="GET",
        path="/failed-events/{failed_event_id}",
        answer=FailedEvent,
        repeatable=True,
        places={
            "failed_event_id": failed_event_id,
        },
    )


@validate_call
def redrive_failed_event(failed_event_id: FailedEventId, body: Review) -> Call[FailedEvent]:
    """Send a failed event back to its consumer."""
    return Call(
        method="POST",
        path="/failed-events/{failed_event_id}/redrive",
        answer=FailedEvent,
        repeatable=False,
        places={
            "failed_event_id": failed_event_id,
        },
        body=body,
    )


@validate_call
def discard_failed_event(failed_event_id: FailedEventId, body: Review) -> Call[FailedEvent]:
    """Close a failed event without sending it back."""
    return Call(
        method="POST",
        path="/failed-events/{failed_event_id}/discard",
        answer=FailedEvent,
        repeatable=False,
        places={
            "failed_event_id": failed_event_id,
        },
        body=body,
    )


@validate_call
def get_health() -> Call[Health]:
    """Is the API up?"""
    return Call(
        method="GET",
        path="/health",
        answer=Health,
        repeatable=True,
        authenticated=False,
    )
