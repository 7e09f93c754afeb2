"""Responses: read as the model of the answer, or raised as an error."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import parsedate_to_datetime
from typing import Final

import httpx
from pydantic import ValidationError

from .call import A, Call
from .errors import PROBLEMS, Problem, ProblemDocument, UnexpectedAnswer, Unreachable
from .model import READING

TEXT_CHARS_MAX: Final = 200
# No connection was established, so nothing was sent.
NOT_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
NO_ANSWER: Final = (
    TimeoutError,
    httpx.TimeoutException,
    httpx.NetworkError,
    httpx.RemoteProtocolError,
    httpx.ProxyError,
    httpx.DecodingError,
)


@contextmanager
def unreachable() -> Iterator[None]:
    """Raise Unreachable instead of what httpx and anyio raise when no answer comes."""
    try:
        yield
    except NO_ANSWER as error:
        why = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise Unreachable(why, maybe_done=not isinstance(error, NOT_SENT)) from error


def read(call: Call[A], response: httpx.Response) -> A:
    """Return the model of a successful answer. Raises Problem or UnexpectedAnswer."""
    if not response.is_success:
        raise _refusal(response)
    try:
        return call.answer.model_validate_json(response.content, context=READING)
    except ValidationError as error:
        fields = ", ".join(".".join(map(str, e["loc"])) or "body" for e in error.errors())
        why = f"The request was carried out, but its answer does not fit the contract: {fields}"
        raise _unexpected(response, why) from error


def _refusal(response: httpx.Response) -> Problem | UnexpectedAnswer:
    try:
        document = ProblemDocument.model_validate_json(response.content)
    except ValidationError:
        return _unexpected(response, "The answer is neither a success nor a problem document")
    return PROBLEMS.get(document.type, Problem)(document, _retry_after_s(response))


def _unexpected(response: httpx.Response, why: str) -> UnexpectedAnswer:
    text = response.text[:TEXT_CHARS_MAX]
    return UnexpectedAnswer(why, response.status_code, text, _retry_after_s(response))


def _retry_after_s(response: httpx.Response) -> float | None:
    """Return Retry-After, which is a number of seconds or a date (RFC 9110, 10.2.3)."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None
