"""The client for asynchronous code: the same methods as coroutines."""

from __future__ import annotations

from collections.abc import AsyncIterator
from types import TracebackType
from typing import Self

import anyio
import httpx

from . import operations
from .deadline import Deadline
from .errors import StillPending, Unreachable
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
from .pages import async_pages
from .retries import Retries
from .transport import AsyncToken, AsyncTransport
from .waiting import pauses_s, read_s


class AsyncPaymentsClient:
    """Payment system API 1.2.0. Every method raises PaymentsError (see errors)."""

    def __init__(
        self,
        base_url: str,
        token: AsyncToken = None,
        *,
        timeout_s: float = 30.0,
        retries: Retries | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        """`token` is a bearer token, or a function that returns one and is called before each attempt.

        `timeout_s` bounds one attempt.
        `http` is a client with your own proxies, certificates or hooks; it stays open.
        """
        self._transport = AsyncTransport(
            base_url, token, timeout_s=timeout_s, retries=retries or Retries(), http=http
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._transport.close()

    async def create_payment(
        self, body: PaymentRequest, *, idempotency_key: str | None = None
    ) -> Payment:
        """Create a payment.

        Records the payment as `pending` and starts it. The amount is reserved in the caller's
        wallet of the same currency, charged through the external gateway, and deducted; or the
        payment fails and no money moves.

        Safe to repeat with the same `idempotency_key`; without one, this call generates one.
        """
        return await self._transport.send(
            operations.create_payment(body, idempotency_key=idempotency_key)
        )

    async def list_payments(
        self,
        *,
        status: PaymentStatus | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> PaymentPage:
        """List own payments.

        Newest first. A new payment may appear in the list with a short delay; getPayment finds
        it immediately.
        """
        return await self._transport.send(
            operations.list_payments(status=status, page_size=page_size, cursor=cursor)
        )

    async def iter_payments(
        self, *, status: PaymentStatus | None = None, page_size: int | None = None
    ) -> AsyncIterator[Payment]:
        """List own payments: every item, fetching page after page."""
        async for page in async_pages(
            lambda cursor: self.list_payments(status=status, page_size=page_size, cursor=cursor)
        ):
            for item in page.items:
                yield item

    async def get_payment(self, payment_id: PaymentId) -> Payment:
        """Read one of your payments.

        Consistent with every earlier answer, unlike the list. 404 also where the payment is
        another user's.
        """
        return await self._transport.send(operations.get_payment(payment_id))

    async def list_wallets(self) -> WalletList:
        """List own wallets.

        One wallet per currency that was ever deposited, ordered by currency code.
        """
        return await self._transport.send(operations.list_wallets())

    async def get_wallet(self, currency: Currency, *, user_id: UserId | None = None) -> Wallet:
        """Read one of your wallets.

        Consistent with every earlier answer. Operators may read the wallet of another user; for
        others, a `user_id` that is not their own is refused with 403.
        """
        return await self._transport.send(operations.get_wallet(currency, user_id=user_id))

    async def create_deposit(
        self, currency: Currency, body: DepositRequest, *, idempotency_key: str | None = None
    ) -> Deposit:
        """Put money into a wallet.

        Operators may deposit into the wallet of any user; the first deposit creates the wallet.
        In a sandbox every user may deposit into their own wallet. 409 where the wallet would
        hold more than the maximum of `posted`.

        Safe to repeat with the same `idempotency_key`; without one, this call generates one.
        """
        return await self._transport.send(
            operations.create_deposit(currency, body, idempotency_key=idempotency_key)
        )

    async def list_failed_events(
        self,
        *,
        status: FailedEventStatus | None = None,
        page_size: int | None = None,
        cursor: str | None = None,
    ) -> FailedEventPage:
        """List events that wait for review.

        Oldest first.
        """
        return await self._transport.send(
            operations.list_failed_events(status=status, page_size=page_size, cursor=cursor)
        )

    async def iter_failed_events(
        self, *, status: FailedEventStatus | None = None, page_size: int | None = None
    ) -> AsyncIterator[FailedEvent]:
        """List events that wait for review: every item, fetching page after page."""
        async for page in async_pages(
            lambda cursor: self.list_failed_events(
                status=status, page_size=page_size, cursor=cursor
            )
        ):
            for item in page.items:
                yield item

    async def get_failed_event(self, failed_event_id: FailedEventId) -> FailedEvent:
        """Read one failed event.

        Includes the message itself, which may hold personal data.
        """
        return await self._transport.send(operations.get_failed_event(failed_event_id))

    async def redrive_failed_event(
        self, failed_event_id: FailedEventId, body: Review
    ) -> FailedEvent:
        """Send a failed event back to its consumer.

        The consumer receives the original message again, which is safe since consumers are
        idempotent. 409 where the event was already redriven or discarded.
        """
        return await self._transport.send(operations.redrive_failed_event(failed_event_id, body))

    async def discard_failed_event(
        self, failed_event_id: FailedEventId, body: Review
    ) -> FailedEvent:
        """Close a failed event without sending it back.

        The message stays stored for reference, and its consumer never receives it again. 409
        where the event was already redriven or discarded.
        """
        return await self._transport.send(operations.discard_failed_event(failed_event_id, body))

    async def get_health(self) -> Health:
        """Is the API up?

        Needs no token and reads no data, so it suits load balancers and monitors.
        """
        return await self._transport.send(operations.get_health())

    async def wait_until_final(self, payment: Payment | str, *, timeout_s: float = 60.0) -> Payment:
        """Read a payment (or the one with this id) until it is completed or failed.

        Raises StillPending when it is neither in time. The last read starts when the time is over,
        and may take a second.
        """
        payment_id = payment if isinstance(payment, str) else payment.payment_id
        call, deadline = operations.get_payment(payment_id), Deadline(timeout_s)
        latest: Payment | None = None
        for pause_s in pauses_s():
            try:
                latest = await self._transport.send(call, read_s(deadline))
            except Unreachable as lost:
                if latest is None or deadline.left_s > pause_s:
                    raise
                raise StillPending(latest, timeout_s) from lost
            if latest.status != "pending":
                return latest
            if not deadline.left_s:
                raise StillPending(latest, timeout_s)
            await anyio.sleep(min(pause_s, deadline.left_s))
        raise AssertionError("pauses never end")
