"""What the adapter makes of an answer: only an answer that keeps the contract is accepted."""

import json
from typing import Any

import pytest

from handlers.core.errors import Permanent
from handlers.gateway_processor.gateway import (
    Answer,
    Approved,
    Cancelled,
    Declined,
    NotFound,
)
from handlers.gateway_processor.http_answers import (
    Call,
    NoAnswerError,
    Operation,
    Reply,
    understand,
)
from tests.running.raw_server import approved

pytestmark = pytest.mark.gateway_processor

DECLINED = approved() | {"status": "declined", "decline_code": "do_not_honor"}
CANCELLED = {
    "status": "cancelled",
    "idempotency_key": "pay_1",
    "created_at": "2026-03-01T12:00:00Z",
}


def understood(
    operation: Operation, status: int, document: Any, media_type: str = "application/json"
) -> Answer:
    """Return what the adapter understands when the gateway answers `document` to `operation`."""
    call = Call(
        operation=operation,
        method="ANY",
        path="",
        key="pay_1",
        amount={"value": 12_550, "currency": "USD"},
        attempts_max=1,
    )
    body = document if isinstance(document, bytes) else json.dumps(document).encode()
    return understand(call, Reply(status=status, media_type=media_type, body=body))


def a_problem(slug: str) -> dict[str, str]:
    return {"type": f"urn:problem-type:gateway:{slug}"}


@pytest.mark.parametrize("operation", ["inquire", "cancel"])
@pytest.mark.parametrize(
    ("document", "answer"),
    [
        (approved(), Approved("ch_1")),
        (DECLINED, Declined("do_not_honor")),
        (CANCELLED, Cancelled()),
    ],
)
def test_inquire_and_cancel_answer_the_outcome(
    operation: Operation, document: dict[str, Any], answer: Answer
) -> None:
    assert understood(operation, 200, document) == answer


@pytest.mark.parametrize("operation", ["inquire", "cancel"])
@pytest.mark.parametrize(
    "amount", [{"value": 1, "currency": "USD"}, {"value": 12_550, "currency": "EUR"}]
)
def test_a_charge_of_another_amount_is_no_answer(
    operation: Operation, amount: dict[str, Any]
) -> None:
    with pytest.raises(NoAnswerError, match="the amount that was asked for"):
        understood(operation, 200, approved() | {"amount": amount})


def test_fields_of_a_later_version_are_accepted() -> None:
    assert understood("charge", 201, approved() | {"network": "x"}) == Approved("ch_1")


def test_a_key_that_was_cancelled_is_an_answer_to_a_charge() -> None:
    document = a_problem("key-cancelled")

    assert understood("charge", 409, document, "application/problem+json") == Cancelled()


def test_not_found_is_an_answer_to_an_inquiry() -> None:
    document = a_problem("charge-not-found")

    assert understood("inquire", 404, document, "application/problem+json") == NotFound()


CONTRADICTIONS: dict[str, Any] = {
    "another key": approved("pay_2"),
    "another amount": approved() | {"amount": {"value": 12_551, "currency": "USD"}},
    "another currency": approved() | {"amount": {"value": 12_550, "currency": "EUR"}},
    "an amount that is no integer": approved() | {"amount": {"value": 12_550.0, "currency": "USD"}},
    "an amount that is true": approved() | {"amount": {"value": True, "currency": "USD"}},
    "no amount": approved() | {"amount": None},
    "no charge id": approved() | {"charge_id": ""},
    "a charge id that is a number": approved() | {"charge_id": 1},
    "a charge id with a line end": approved() | {"charge_id": "ch_1\n"},
    "approved with a decline code": approved() | {"decline_code": "do_not_honor"},
    "declined without a code": approved() | {"status": "declined"},
    "declined with a code that is none": DECLINED | {"decline_code": "Do Not Honor"},
    "cancelled by a charge": CANCELLED,
    "an unknown status": approved() | {"status": "pending"},
    "a status in capitals": approved() | {"status": "APPROVED"},
    "no date": approved() | {"created_at": "yesterday"},
    "a date without a zone": approved() | {"created_at": "2026-03-01T12:00:00"},
    "a date that is a number": approved() | {"created_at": 1},
    "a list": [approved()],
    "null": None,
    "nothing": b"",
    "half of it": json.dumps(approved()).encode()[:-9],
    "two statuses": b'{"status": "declined",' + json.dumps(approved()).encode()[1:],
    "NaN": b'{"x": NaN,' + json.dumps(approved()).encode()[1:],
    "bytes that are no text": b"\xff\xfe",
    "deep nesting": b"[" * 16_000,
    "a number of 9000 digits": b"1" * 9_000,
}


@pytest.mark.parametrize("document", CONTRADICTIONS.values(), ids=CONTRADICTIONS.keys())
def test_an_answer_that_contradicts_the_contract_leaves_the_outcome_unknown(document: Any) -> None:
    with pytest.raises(NoAnswerError):
        understood("charge", 201, document)


@pytest.mark.parametrize("media_type", ["text/html", "", "application/problem+json"])
def test_an_approval_in_another_media_type_is_not_believed(media_type: str) -> None:
    with pytest.raises(NoAnswerError, match="not application/json"):
        understood("charge", 201, approved(), media_type)


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("charge", 200),
        ("charge", 202),
        ("charge", 302),
        ("charge", 404),
        ("charge", 405),
        ("charge", 409),
        ("charge", 429),
        ("charge", 500),
        ("inquire", 201),
        ("inquire", 404),
        ("inquire", 409),
        ("inquire", 410),
        ("cancel", 404),
        ("cancel", 409),
        ("cancel", 504),
    ],
)
def test_a_status_out_of_place_leaves_the_outcome_unknown(
    operation: Operation, status: int
) -> None:
    with pytest.raises(NoAnswerError):
        understood(operation, status, approved())


@pytest.mark.parametrize(
    ("operation", "status", "slug"),
    [
        ("inquire", 404, "not-found"),
        ("charge", 404, "charge-not-found"),
        ("cancel", 404, "charge-not-found"),
        ("charge", 409, "charge-not-found"),
        ("inquire", 409, "key-cancelled"),
    ],
)
def test_a_problem_out_of_place_leaves_the_outcome_unknown(
    operation: Operation, status: int, slug: str
) -> None:
    with pytest.raises(NoAnswerError):
        understood(operation, status, a_problem(slug), "application/problem+json")


@pytest.mark.parametrize("status", [400, 413, 415, 422])
@pytest.mark.parametrize("operation", ["charge", "inquire", "cancel"])
def test_a_refused_request_is_permanent_and_says_what_to_look_at(
    operation: Operation, status: int
) -> None:
    document = a_problem("validation-failed")

    with pytest.raises(Permanent) as refused:
        understood(operation, status, document, "application/problem+json")

    for part in (operation, "pay_1", str(status), "validation-failed", "gateway.openapi.yaml"):
        assert part in str(refused.value)


def test_nothing_that_the_gateway_wrote_is_quoted() -> None:
    with pytest.raises(Permanent) as refused:
        understood("charge", 422, {"type": "sk_secret", "detail": "sk_secret"})
    with pytest.raises(NoAnswerError) as unknown:
        understood("charge", 500, {"type": "urn:problem-type:gateway:sk_secret"})

    assert "sk_secret" not in f"{refused.value} {unknown.value}"
