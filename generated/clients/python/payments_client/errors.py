"""The exceptions that a call can raise.

    PaymentsError
    ├── Problem                      the API refused; the class is the reason, the text the fix
    │   ├── MalformedRequest         The request is malformed (400)
    │   ├── IdempotencyKeyMissing    Idempotency-Key is missing (400)
    │   ├── Unauthenticated          Authentication is needed (401)
    │   ├── Forbidden                Not allowed (403)
    │   ├── NotFound                 Not found (404)
    │   ├── MethodNotAllowed         method-not-allowed ()
    │   ├── Conflict                 Not possible now (409)
    │   ├── PayloadTooLarge          The body is too large (413)
    │   ├── UnsupportedMediaType     The media type is not supported (415)
    │   ├── ValidationFailed         The request is not valid (400 or 422)
    │   ├── IdempotencyKeyReused     The Idempotency-Key belongs to another request (422)
    │   ├── TooManyRequests          Too many requests (429)
    │   ├── InternalError            Internal error (500)
    │   ├── TemporarilyUnavailable   Temporarily unavailable (503)
    │   └── Timeout                  Timed out (504)
    ├── UnexpectedAnswer             the answer does not match the contract
    ├── Unreachable                  no answer came; `maybe_done`: it may have been carried out
    └── StillPending                 wait_until_final timed out; the payment continues

A type of problem that a later API adds is a plain Problem.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

if TYPE_CHECKING:
    from .models import Payment


class FieldError(BaseModel):
    """What is wrong with one field; `field` is its path with dots, for example `amount.value`."""

    field: str
    message: str


class ProblemDocument(BaseModel):
    """RFC 9457, which makes `type` and `detail` optional."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str = ""
    errors: tuple[FieldError, ...] = ()


class PaymentsError(Exception):
    """The superclass of all exceptions that a call can raise."""

    idempotency_key: str | None = None
    """The key of the call, if it had one: sent again with it, the request is carried out once."""


class Problem(PaymentsError):
    """The API refused the request; `retry_after_s` is its Retry-After, if present."""

    def __init__(self, document: ProblemDocument, retry_after_s: float | None = None) -> None:
        super().__init__(document, retry_after_s)
        self.type = document.type
        self.title = document.title
        self.status = document.status
        self.detail = document.detail
        self.errors = document.errors
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        fields = "".join(f" [{e.field}: {e.message}]" for e in self.errors)
        detail = f": {self.detail}" if self.detail else ""
        return f"{self.title} ({self.status}){detail}{fields}"


class MalformedRequest(Problem):
    """The request is malformed (400)."""


class IdempotencyKeyMissing(Problem):
    """Idempotency-Key is missing (400)."""


class Unauthenticated(Problem):
    """Authentication is needed (401)."""


class Forbidden(Problem):
    """Not allowed (403)."""


class NotFound(Problem):
    """Not found (404)."""


class MethodNotAllowed(Problem):
    """method-not-allowed ()."""


class Conflict(Problem):
    """Not possible now (409)."""


class PayloadTooLarge(Problem):
    """The body is too large (413)."""


class UnsupportedMediaType(Problem):
    """The media type is not supported (415)."""


class ValidationFailed(Problem):
    """The request is not valid (400 or 422)."""


class IdempotencyKeyReused(Problem):
    """The Idempotency-Key belongs to another request (422)."""


class TooManyRequests(Problem):
    """Too many requests (429)."""


class InternalError(Problem):
    """Internal error (500)."""


class TemporarilyUnavailable(Problem):
    """Temporarily unavailable (503)."""


class Timeout(Problem):
    """Timed out (504)."""


class UnexpectedAnswer(PaymentsError):
    """The answer does not match the contract; `text` is its start."""

    def __init__(self, why: str, status: int, text: str, retry_after_s: float | None) -> None:
        super().__init__(why, status, text, retry_after_s)
        self.why = why
        self.status = status
        self.text = text
        self.retry_after_s = retry_after_s

    def __str__(self) -> str:
        return f"{self.why} (status {self.status}): {self.text!r}"


class Unreachable(PaymentsError):
    """No answer came. With `maybe_done` the request may have been carried out.

    Then read its result, or send it again with the same `idempotency_key`.
    """

    def __init__(self, why: str, maybe_done: bool) -> None:
        super().__init__(why, maybe_done)
        self.why = why
        self.maybe_done = maybe_done

    def __str__(self) -> str:
        known = "it may have been carried out" if self.maybe_done else "it was not sent"
        return f"{self.why}; {known}"


class StillPending(PaymentsError):
    """The payment was not final in time.

    It becomes final without further calls, at the latest some time after its `expires_at`: wait
    again, or read it later.
    """

    def __init__(self, payment: Payment, waited_s: float) -> None:
        super().__init__(payment, waited_s)
        self.payment = payment
        self.waited_s = waited_s

    def __str__(self) -> str:
        return f"{self.payment.payment_id} is still pending after {self.waited_s:g} s"


PROBLEMS: Final[Mapping[str, type[Problem]]] = {
    "urn:problem-type:payments:malformed-request": MalformedRequest,
    "urn:problem-type:payments:idempotency-key-missing": IdempotencyKeyMissing,
    "urn:problem-type:payments:unauthenticated": Unauthenticated,
    "urn:problem-type:payments:forbidden": Forbidden,
    "urn:problem-type:payments:not-found": NotFound,
    "urn:problem-type:payments:method-not-allowed": MethodNotAllowed,
    "urn:problem-type:payments:conflict": Conflict,
    "urn:problem-type:payments:payload-too-large": PayloadTooLarge,
    "urn:problem-type:payments:unsupported-media-type": UnsupportedMediaType,
    "urn:problem-type:payments:validation-failed": ValidationFailed,
    "urn:problem-type:payments:idempotency-key-reused": IdempotencyKeyReused,
    "urn:problem-type:payments:too-many-requests": TooManyRequests,
    "urn:problem-type:payments:internal-error": InternalError,
    "urn:problem-type:payments:temporarily-unavailable": TemporarilyUnavailable,
    "urn:problem-type:payments:timeout": Timeout,
}
