"""Sends calls over httpx, retries where that is safe, and reads the answers."""

from __future__ import annotations

import math
import time
from collections.abc import Awaitable, Callable
from inspect import isawaitable
from itertools import count
from typing import Any, Final, TypeAlias, cast

import anyio
import httpx

from .answers import read, unreachable
from .call import A, Call
from .deadline import Deadline, InTime, Steps
from .errors import PaymentsError
from .retries import Retries

Token: TypeAlias = str | Callable[[], str] | None
AsyncToken: TypeAlias = str | Callable[[], str | Awaitable[str]] | None
USER_AGENT: Final = "payments-client-python/1.2.0"
# httpx's own timeouts expire first, because they show whether anything was sent.
GRACE_S: Final = 0.1


def checked(base_url: str) -> str:
    """Return the base URL without a slash at its end. Raises ValueError when it is invalid."""
    if not base_url.startswith(("http://", "https://")):
        raise ValueError(f"base_url must start with http:// or https://, but is {base_url!r}")
    return base_url.rstrip("/")


class Transport:
    """The transport for synchronous code. A client that is passed in stays open."""

    def __init__(
        self,
        base_url: str,
        token: Token,
        *,
        timeout_s: float,
        retries: Retries,
        http: httpx.Client | None,
    ) -> None:
        self._base_url = checked(base_url)
        self._token = token
        self._timeout_s = timeout_s
        self._retries = retries
        self._http = http or httpx.Client()
        self._own = http is None

    def send(self, call: Call[A], within_s: float = math.inf) -> A:
        """Return the answer. Raises PaymentsError when the last attempt in this time failed."""
        deadline = Deadline(within_s)
        for attempt in count(1):
            try:
                return self._attempt(call, min(self._timeout_s, deadline.left_s))
            except PaymentsError as failure:
                failure.idempotency_key = call.idempotency_key
                delay_s = self._retries.delay_s(call, attempt, failure)
                if delay_s is None or delay_s >= deadline.left_s:
                    raise
            time.sleep(delay_s)
        raise AssertionError("count() never ends")

    def _attempt(self, call: Call[A], timeout_s: float) -> A:
        token = self._token() if callable(self._token) else self._token
        deadline = Deadline(timeout_s)
        request = _request(self._base_url, call, token, deadline)
        with unreachable(), self._http.stream(**request) as response:
            response.stream = InTime(cast(httpx.SyncByteStream, response.stream), deadline)
            response.read()
        return read(call, response)

    def close(self) -> None:
        """Close the connections, unless they are the caller's own."""
        if self._own:
            self._http.close()


class AsyncTransport:
    """The transport for asynchronous code. A client that is passed in stays open."""

    def __init__(
        self,
        base_url: str,
        token: AsyncToken,
        *,
        timeout_s: float,
        retries: Retries,
        http: httpx.AsyncClient | None,
    ) -> None:
        self._base_url = checked(base_url)
        self._token = token
        self._timeout_s = timeout_s
        self._retries = retries
        self._http = http or httpx.AsyncClient()
        self._own = http is None

    async def send(self, call: Call[A], within_s: float = math.inf) -> A:
        """Return the answer. Raises PaymentsError when the last attempt in this time failed."""
        deadline = Deadline(within_s)
        for attempt in count(1):
            try:
                return await self._attempt(call, min(self._timeout_s, deadline.left_s))
            except PaymentsError as failure:
                failure.idempotency_key = call.idempotency_key
                delay_s = self._retries.delay_s(call, attempt, failure)
                if delay_s is None or delay_s >= deadline.left_s:
                    raise
            await anyio.sleep(delay_s)
        raise AssertionError("count() never ends")

    async def _attempt(self, call: Call[A], timeout_s: float) -> A:
        token = self._token() if callable(self._token) else self._token
        if isawaitable(token):
            token = await token
        request = _request(self._base_url, call, token, Deadline(timeout_s))
        with unreachable(), anyio.fail_after(timeout_s + GRACE_S):
            response = await self._http.request(**request)
        return read(call, response)

    async def close(self) -> None:
        """Close the connections, unless they are the caller's own."""
        if self._own:
            await self._http.aclose()


def _request(
    base_url: str, call: Call[Any], token: str | None, deadline: Deadline
) -> dict[str, Any]:
    return {
        "method": call.method,
        "url": base_url + call.url,
        "params": call.parameters,
        "content": call.content,
        "headers": call.headers_with(token if call.authenticated else None, USER_AGENT),
        "extensions": {"timeout": Steps(deadline)},
    }
