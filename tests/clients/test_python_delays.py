"""Delays of the Python client before a retry."""

from __future__ import annotations

import time
from email.utils import formatdate

import httpx
import pytest
from payments_client import Retries, TooManyRequests, Unreachable
from payments_client.answers import read
from payments_client.call import Call
from payments_client.errors import Problem, ProblemDocument
from payments_client.models import Health

CALL = Call(method="GET", path="/health", answer=Health, repeatable=True)


def busy(retry_after_s: float | None = None) -> Problem:
    document = ProblemDocument(type="t", title="t", status=429, detail="d")
    return TooManyRequests(document, retry_after_s)


def test_the_ceiling_doubles_up_to_the_longest_delay() -> None:
    retries = Retries(attempts_max=9, delay_first_s=1.0, delay_max_s=5.0, random=lambda: 1.0)

    assert [retries.delay_s(CALL, n, busy()) for n in (1, 2, 3, 4, 5)] == [1.0, 2.0, 4.0, 5.0, 5.0]


def test_the_delay_is_random_below_the_ceiling() -> None:
    retries = Retries(delay_first_s=1.0, random=lambda: 0.25)

    assert retries.delay_s(CALL, 1, busy()) == 0.25


def test_the_delay_is_at_least_retry_after() -> None:
    retries = Retries(delay_first_s=1.0, random=lambda: 0.5)

    assert retries.delay_s(CALL, 1, busy(retry_after_s=7.0)) == 7.5


def test_a_call_with_too_long_a_retry_after_is_not_retried() -> None:
    assert Retries(retry_after_max_s=10.0).delay_s(CALL, 1, busy(retry_after_s=11.0)) is None


def test_there_is_no_delay_after_the_last_attempt() -> None:
    assert Retries(attempts_max=2).delay_s(CALL, 2, Unreachable("gone", maybe_done=False)) is None


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("0", 0.0)])
def test_retry_after_is_read_as_seconds(header: str, seconds: float) -> None:
    assert asked_s(header) == seconds


def test_retry_after_is_read_as_a_date() -> None:
    ahead, past = (formatdate(time.time() + s, usegmt=True) for s in (1_000, -1_000))

    assert 900.0 <= (asked_s(ahead) or 0.0) <= 1_000.0
    assert asked_s(past) == 0.0


@pytest.mark.parametrize("header", ["soon", "-1", "1.5", ""])
def test_an_unreadable_retry_after_is_ignored(header: str) -> None:
    assert asked_s(header) is None


def asked_s(header: str) -> float | None:
    response = httpx.Response(
        429, headers={"Retry-After": header}, json=busy().args[0].model_dump()
    )
    with pytest.raises(Problem) as caught:
        read(CALL, response)
    return caught.value.retry_after_s
