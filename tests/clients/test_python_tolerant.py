"""The client reads the answers of later versions of the API, and of other servers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from payments_client import Money, Payment, Problem, UnexpectedAnswer
from pydantic import ValidationError

from tests.clients.serving import COFFEE, ONCE, PAYMENT, serving
from tests.running.raw_server import http

LATER = {**PAYMENT, "status": "held", "amount": {"value": 450, "currency": "XTS"}}


def test_a_value_that_a_later_api_adds_to_an_enumeration_keeps_its_text() -> None:
    with serving(http(200, LATER)) as (client, _):
        payment = client.get_payment(PAYMENT["payment_id"])

    assert (payment.status, payment.amount.currency) == ("held", "XTS")


def test_a_list_keeps_known_and_unknown_values() -> None:
    with serving(http(200, {"items": [PAYMENT, LATER]})) as (client, _):
        page = client.list_payments()

    assert [payment.status for payment in page.items] == ["pending", "held"]


@pytest.mark.parametrize("status", [7, None, ["held"]])
def test_a_value_that_is_not_text_is_still_unexpected(status: object) -> None:
    with (
        serving(http(200, {**PAYMENT, "status": status})) as (client, _),
        pytest.raises(UnexpectedAnswer),
    ):
        client.get_payment(PAYMENT["payment_id"])


def test_a_request_accepts_known_values_only() -> None:
    with pytest.raises(ValidationError):
        Money(value=1, currency="XTS")  # type: ignore[arg-type]
    with pytest.raises(ValidationError):
        Payment.model_validate(LATER)


@pytest.mark.parametrize(
    ("document", "text"),
    [
        ({"title": "No", "status": 418, "detail": "tea"}, "No (418): tea"),
        ({"type": "about:blank", "title": "No", "status": 418}, "No (418)"),
        ({"title": "No", "status": 418}, "No (418)"),
    ],
)
def test_a_problem_without_type_or_detail_is_a_problem(
    document: dict[str, object], text: str
) -> None:
    with (
        serving(http(418, document), retries=ONCE) as (client, _),
        pytest.raises(Problem) as caught,
    ):
        client.create_payment(COFFEE)

    assert (caught.value.type, str(caught.value)) == ("about:blank", text)


def test_a_timestamp_is_a_text_with_a_datetime() -> None:
    with serving(http(200, PAYMENT)) as (client, _):
        payment = client.get_payment(PAYMENT["payment_id"])

    assert payment.created_at == "2026-03-01T12:00:00.000Z"
    assert payment.created_at.datetime == datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert payment.expires_at.datetime > payment.created_at.datetime
    assert payment.model_dump(mode="json", exclude_none=True) == PAYMENT


def test_a_wrong_timestamp_is_unexpected() -> None:
    with (
        serving(http(200, {**PAYMENT, "created_at": "yesterday"})) as (client, _),
        pytest.raises(UnexpectedAnswer),
    ):
        client.get_payment(PAYMENT["payment_id"])
