"""Each type of problem has its own exception.

The running API is made to answer with it where possible; otherwise the contract's example is used.
"""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import payments_client
import pytest
from payments_client import (
    DepositRequest,
    Money,
    PaymentRequest,
    PaymentsClient,
    Problem,
    Review,
)

from infra.generate.clients.operations import problem_kinds
from infra.generate.spec import load
from tests.clients.live import Live
from tests.clients.serving import ONCE, serving
from tests.running.raw_server import http

pytestmark = pytest.mark.xdist_group("local-stack")

COFFEE = PaymentRequest(amount=Money(value=450, currency="EUR"), payee="coffee-shop-42")
# The client never sends malformed or too large requests, so these bypass its models.
HUGE = PaymentRequest.model_construct(amount=COFFEE.amount, payee="x" * 20_000)
NO_SUCH_PAYMENT = "pay_" + "a" * 26

Act = Callable[[Live], Any]


@contextmanager
def tampering(live: Live, change: Callable[[httpx.Request], object]) -> Iterator[PaymentsClient]:
    """Yield a client of alice whose requests are changed before they are sent."""
    with (
        httpx.Client(event_hooks={"request": [change]}) as http_client,
        live.client("alice", http=http_client) as client,
    ):
        yield client


def without_key(live: Live) -> None:
    with tampering(live, lambda request: request.headers.pop("Idempotency-Key")) as client:
        client.create_payment(COFFEE)


def as_text(live: Live) -> None:
    def change(request: httpx.Request) -> None:
        request.headers["Content-Type"] = "text/plain"

    with tampering(live, change) as client:
        client.create_payment(COFFEE)


def with_broken_json(live: Live) -> None:
    def change(request: httpx.Request) -> None:
        request.stream = httpx.ByteStream(b"[" * int(request.headers["Content-Length"]))

    with tampering(live, change) as client:
        client.create_payment(COFFEE)


def with_another_method(live: Live) -> None:
    def change(request: httpx.Request) -> None:
        request.method = "PATCH"

    with tampering(live, change) as client:
        client.list_payments()


def twice_with_one_key(live: Live) -> None:
    other = PaymentRequest(amount=Money(value=1, currency="EUR"), payee="coffee-shop-42")
    with live.client("alice") as alice:
        for request in (COFFEE, other):
            alice.create_payment(request, idempotency_key="two-requests")


def redrive_what_is_discarded(live: Live) -> None:
    failed_event_id = live.parked_event().failed_event_id
    with live.client("olivia") as olivia:
        olivia.discard_failed_event(failed_event_id, Review(note="Not ours"))
        olivia.redrive_failed_event(failed_event_id, Review(note="Or is it?"))


def deposit_in_another_currency(live: Live) -> None:
    with live.client("alice") as alice:
        alice.create_deposit("USD", DepositRequest(amount=Money(value=1, currency="EUR")))


def as_whom(name: str, act: Callable[[PaymentsClient], object]) -> Act:
    def acted(live: Live) -> None:
        with live.client(name) as client:
            act(client)

    return acted


def without_a_token(live: Live) -> None:
    with PaymentsClient(live.base_url) as nobody:
        nobody.list_wallets()


PROVOKED: dict[str, Act] = {
    "MalformedRequest": with_broken_json,
    "IdempotencyKeyMissing": without_key,
    "Unauthenticated": without_a_token,
    "Forbidden": as_whom("bob", lambda bob: bob.list_failed_events()),
    "NotFound": as_whom("bob", lambda bob: bob.get_payment(NO_SUCH_PAYMENT)),
    "MethodNotAllowed": with_another_method,
    "Conflict": redrive_what_is_discarded,
    "PayloadTooLarge": as_whom("alice", lambda alice: alice.create_payment(HUGE)),
    "UnsupportedMediaType": as_text,
    "ValidationFailed": deposit_in_another_currency,
    "IdempotencyKeyReused": twice_with_one_key,
}
# The local stack neither throttles nor fails on demand.
SHOWN = {"TooManyRequests", "InternalError", "TemporarilyUnavailable", "Timeout"}


def test_every_type_of_problem_of_the_contract_is_tested_here() -> None:
    assert {kind.name for kind in problem_kinds()} == PROVOKED.keys() | SHOWN


@pytest.mark.parametrize("name", PROVOKED)
def test_the_running_api_answers_with_this_problem(live: Live, name: str) -> None:
    with pytest.raises(getattr(payments_client, name)) as caught:
        PROVOKED[name](live)

    assert isinstance(caught.value, Problem)
    assert caught.value.detail


def examples() -> list[dict[str, Any]]:
    return [
        example["value"]
        for response in load("openapi.yaml")["components"]["responses"].values()
        for example in response["content"]["application/problem+json"]["examples"].values()
    ]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example["type"][25:])
def test_the_contracts_example_becomes_the_class_of_its_type(example: dict[str, Any]) -> None:
    answer = http(example["status"], example, "application/problem+json")
    with serving(answer, retries=ONCE) as (client, _), pytest.raises(Problem) as caught:
        client.create_payment(COFFEE)

    problem = caught.value
    name = next(kind.name for kind in problem_kinds() if kind.type == example["type"])
    assert type(problem) is getattr(payments_client, name)
    assert str(problem).startswith(f"{example['title']} ({example['status']}): {example['detail']}")
    assert str(pickle.loads(pickle.dumps(problem))) == str(problem)  # noqa: S301 - our own bytes


def test_a_type_that_a_later_api_adds_is_a_plain_problem() -> None:
    later = {"type": "urn:later", "title": "Later", "status": 418, "detail": "d", "more": 1}
    with serving(http(418, later)) as (client, _), pytest.raises(Problem) as caught:
        client.get_health()

    assert type(caught.value) is Problem
    assert caught.value.type == "urn:later"
