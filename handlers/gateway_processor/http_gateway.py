"""The external gateway over HTTP, as specs/gateway.openapi.yaml defines it.

Nothing is opened, drawn or read when this module is imported or `HttpGateway` is made, so a
snapshot of the process holds no connection and no secret. What an answer means is decided in
http_answers.
"""

import json
import random
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote, urlsplit

import urllib3
from circuitbreaker import CircuitBreaker  # type: ignore[import-untyped]

from handlers.core.errors import Retryable
from handlers.gateway_processor.gateway import (
    Answer,
    ChargeRequest,
    GatewayCircuitOpen,
    Unknown,
)
from handlers.gateway_processor.http_answers import (
    KEY_REFUSED,
    Call,
    NoAnswerError,
    Operation,
    Reply,
    understand,
)

CONNECT_TIMEOUT_S: Final = 1.0
READ_TIMEOUT_S: Final = 3.0  # longest silence
CALL_TIMEOUT_S: Final = 5.0  # one call with all its attempts and pauses; nothing is begun after it
INQUIRY_ATTEMPTS_MAX: Final = 3  # of inquire and cancel; a charge is sent once
BACKOFF_BASE_S: Final = 0.1
BACKOFF_MAX_S: Final = 0.5
ANSWER_BYTES_MAX: Final = 16_384
CIRCUIT_FAILURES_MAX: Final = 10  # consecutive unknowns of one kind of call
CIRCUIT_RECOVERY_S: Final = 5
CONNECTION_IDLE_MAX_S: Final = 4.0  # after that a connection may be dead without a sign

_BEARER: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")  # RFC 6750 b64token
_OPERATIONS: Final[tuple[Operation, ...]] = ("charge", "inquire", "cancel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How long to wait, how often to try, when to stop asking. Tests shorten them."""

    connect_timeout_s: float = CONNECT_TIMEOUT_S
    read_timeout_s: float = READ_TIMEOUT_S
    call_timeout_s: float = CALL_TIMEOUT_S
    inquiry_attempts_max: int = INQUIRY_ATTEMPTS_MAX
    circuit_failures_max: int = CIRCUIT_FAILURES_MAX
    circuit_recovery_s: float = CIRCUIT_RECOVERY_S


LIMITS: Final = Limits()


def _draw() -> float:
    """Return a number from the system's generator: restored snapshots must not pause the same."""
    return random.SystemRandom().random()


class HttpGateway:
    """A `Gateway`. Keeps one connection and, from the first call on, the API key.

    There is a circuit for each kind of call, so that a gateway that cannot charge can still be
    asked and cancelled.
    """

    def __init__(
        self,
        base_url: str,
        api_key: Callable[[], str],
        *,
        limits: Limits = LIMITS,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = _draw,
        monotonic: Callable[[], float] = time.monotonic,
        wall_clock: Callable[[], float] = time.time,
    ) -> None:
        """`jitter` draws from [0, 1). ValueError: a URL to which no secret may be sent."""
        self._base_url = _checked(base_url).rstrip("/")
        self._fetch_api_key = api_key
        self._api_key: str | None = None
        self._limits = limits
        self._sleep, self._jitter = sleep, jitter
        # Two clocks: one stops while the process is frozen, the other can be set.
        self._monotonic, self._wall_clock = monotonic, wall_clock
        self._last_used_at = 0.0
        self._pool = urllib3.PoolManager(num_pools=1, retries=False)
        self._circuits = {operation: _circuit(operation, limits) for operation in _OPERATIONS}

    @property
    def open_circuits(self) -> tuple[str, ...]:
        """Return the kinds of call that are not sent at the moment."""
        return tuple(str(circuit.name) for circuit in self._circuits.values() if circuit.opened)

    def charge(self, request: ChargeRequest) -> Answer:
        """See the port. One attempt: after an unknown outcome the caller inquires first."""
        amount, key = _amount(request), request.idempotency_key
        return self._ask(
            Call(
                operation="charge",
                method="POST",
                path="",
                key=key,
                amount=amount,
                attempts_max=1,
                body={"amount": amount, "payee": request.payee, "reference": key},
            )
        )

    def inquire(self, request: ChargeRequest) -> Answer:
        """See the port."""
        return self._ask(self._about(request, "inquire", "GET", ""))

    def cancel(self, request: ChargeRequest) -> Answer:
        """See the port."""
        return self._ask(self._about(request, "cancel", "POST", "/cancel"))

    def _about(
        self, request: ChargeRequest, operation: Operation, method: str, suffix: str
    ) -> Call:
        return Call(
            operation=operation,
            method=method,
            path=f"/{quote(request.idempotency_key, safe='')}{suffix}",
            key=request.idempotency_key,
            amount=_amount(request),
            attempts_max=self._limits.inquiry_attempts_max,
        )

    def _ask(self, call: Call) -> Answer:
        circuit = self._circuits[call.operation]
        if circuit.opened:
            raise GatewayCircuitOpen(circuit.name)
        authorization = self._authorization()
        try:
            with circuit:
                return self._attempts(call, authorization)
        except NoAnswerError as unknown:
            return Unknown(str(unknown))

    def _attempts(self, call: Call, authorization: str) -> Answer:
        deadline = self._monotonic() + self._limits.call_timeout_s
        for attempt in range(1, call.attempts_max + 1):
            try:
                return self._understood(call, self._send(call, authorization, deadline))
            except NoAnswerError:
                pause_s = self._jitter() * min(BACKOFF_MAX_S, BACKOFF_BASE_S * 2.0**attempt)
                if attempt == call.attempts_max or self._monotonic() + pause_s >= deadline:
                    raise
                self._sleep(pause_s)
        raise AssertionError("attempts_max is at least 1")

    def _authorization(self) -> str:
        if self._api_key is None:
            api_key = self._fetch_api_key()
            if not _BEARER.fullmatch(api_key):
                raise Retryable(
                    "the gateway's API key is not a bearer token (RFC 6750): store the bare key in "
                    "its secret, without quotes, spaces or line ends"
                )
            self._api_key = api_key
        return f"Bearer {self._api_key}"

    def _send(self, call: Call, authorization: str, deadline: float) -> Reply:
        if self._wall_clock() - self._last_used_at > CONNECTION_IDLE_MAX_S:
            self._pool.clear()
        remaining_s = max(deadline - self._monotonic(), 0.001)
        timeout = urllib3.Timeout(
            connect=min(self._limits.connect_timeout_s, remaining_s),
            read=min(self._limits.read_timeout_s, remaining_s),
        )
        try:
            response = self._pool.request(
                call.method,
                f"{self._base_url}/charges{call.path}",
                body=None if call.body is None else json.dumps(call.body),
                headers=_headers(call, authorization),
                timeout=timeout,
                redirect=False,  # a redirect would carry the key to another place
                preload_content=False,
                decode_content=False,
            )
            try:
                body = self._read(response, deadline)
            finally:
                response.close()
        except urllib3.exceptions.HTTPError as fault:
            # Its text may quote what was sent; its type is enough.
            raise NoAnswerError(f"no answer: {type(fault).__name__}") from None
        self._last_used_at = self._wall_clock()
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Reply(status=response.status, media_type=media_type, body=body)

    def _read(self, response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
        """Return the whole body; a large or endless one is not read to its end."""
        body = bytearray()
        while chunk := response.read1(ANSWER_BYTES_MAX + 1):
            body += chunk
            if len(body) > ANSWER_BYTES_MAX:
                raise NoAnswerError(f"its answer is larger than {ANSWER_BYTES_MAX} bytes")
            if self._monotonic() > deadline:
                raise NoAnswerError("its answer did not end in time")
        return bytes(body)

    def _understood(self, call: Call, reply: Reply) -> Answer:
        if reply.status not in KEY_REFUSED:
            return understand(call, reply)
        self._api_key = None  # it may have been rotated: the next call fetches it anew
        raise Retryable(
            f"the gateway refused the API key ({reply.status}) when asked to {call.operation} "
            f"{call.key}: check the gateway's secret"
        )


def _amount(request: ChargeRequest) -> dict[str, Any]:
    return {"value": request.amount_value, "currency": request.currency}


def _checked(base_url: str) -> str:
    url = urlsplit(base_url)
    loopback = url.hostname in {"127.0.0.1", "::1", "localhost"}
    if (url.scheme == "https" and url.hostname) or (url.scheme == "http" and loopback):
        return base_url
    raise ValueError("GATEWAY_URL must be an https:// address; http:// only for this machine")


def _circuit(operation: Operation, limits: Limits) -> CircuitBreaker:
    return CircuitBreaker(
        failure_threshold=limits.circuit_failures_max,
        recovery_timeout=limits.circuit_recovery_s,
        expected_exception=NoAnswerError,
        name=f"gateway-{operation}",
    )


def _headers(call: Call, authorization: str) -> dict[str, str]:
    headers = {
        "Authorization": authorization,
        "Accept": "application/json, application/problem+json",
        "User-Agent": "gateway-processor",
    }
    if call.body is not None:
        headers |= {"Content-Type": "application/json", "Idempotency-Key": call.key}
    return headers
