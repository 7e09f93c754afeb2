"""Reading requests: the result is a model, or a problem that names the field."""

import base64
import json
from typing import Any

import pytest

from generated.api.payment_orchestrator import (
    CreatePaymentParameters,
    PaymentRequest,
)
from generated.api.payment_orchestrator_routes import PAYMENT_ORCHESTRATOR_ROUTES
from handlers.core.problem import Problem
from handlers.runtime.request import BODY_BYTES_MAX, api_request
from tests.builders import a_request

CREATE = PAYMENT_ORCHESTRATOR_ROUTES["POST", "/payments"].parameters
GOOD: dict[str, Any] = {"amount": {"value": 450, "currency": "EUR"}, "payee": "coffee-shop-42"}
TEXT = json.dumps(GOOD)
NO_AMOUNTS: tuple[Any, ...] = (
    *(0, -1, 10**12, 2**53 + 1, -(2**63), 10**38),
    *(1.0, 1.5, 1e300),
    *("1", True, [], {}),
)
BIG = TEXT[:-1] + ', "description": "%s"}'


def body(raw: str | None, **request: Any) -> Any:
    return api_request(a_request("POST", "/payments", raw=raw, **request), CREATE).body(
        PaymentRequest
    )


def refused(raw: str | None, **request: Any) -> tuple[int, str, list[str]]:
    """Return the status, the type and the fields of the refusal."""
    with pytest.raises(Problem) as refusal:
        body(raw, **request)
    problem = refusal.value
    return (
        problem.status,
        problem.problem_type.rpartition(":")[2],
        [e.field for e in problem.errors],
    )


def encoded(text: str | bytes) -> str:
    return base64.b64encode(text if isinstance(text, bytes) else text.encode()).decode()


@pytest.mark.parametrize(
    "content_type",
    [
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        " application/json ",
    ],
)
def test_a_good_body_is_read(content_type: str) -> None:
    assert body(TEXT, headers={"content-type": content_type}) == PaymentRequest.model_validate(GOOD)
    assert body(encoded(TEXT), base64=True) == PaymentRequest.model_validate(GOOD)


def test_a_header_is_found_however_it_is_written() -> None:
    request = a_request("POST", "/payments", raw=TEXT)
    request["headers"] = {"CONTENT-TYPE": "application/json", "IDEMPOTENCY-KEY": "k-1"}

    read = api_request(request, CREATE)
    assert read.body(PaymentRequest) == PaymentRequest.model_validate(GOOD)
    assert read.parameters(CreatePaymentParameters) == CreatePaymentParameters(
        idempotency_key="k-1"
    )


@pytest.mark.parametrize(
    "content_type",
    ["", "text/plain", "application/json5", "application/x-www-form-urlencoded", "json", ";"],
)
def test_another_media_type_is_refused(content_type: str) -> None:
    refusal = refused(TEXT, headers={"content-type": content_type})

    assert refusal == (415, "unsupported-media-type", [])


@pytest.mark.parametrize("coding", ["gzip", "br", "GZIP", "identity, gzip"])
def test_a_compressed_body_is_refused_with_the_coding_that_is_accepted(coding: str) -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    request = a_request("POST", "/payments", raw=TEXT, headers=headers)

    with pytest.raises(Problem) as refusal:
        api_request(request, CREATE).body(PaymentRequest)
    assert refusal.value.status == 415
    assert str(refusal.value) == "Send the body without a Content-Encoding."
    assert refusal.value.headers["Accept-Encoding"] == "identity"


def test_a_body_with_the_coding_identity_is_read() -> None:
    headers = {"Content-Type": "application/json", "Content-Encoding": "identity"}
    request = a_request("POST", "/payments", raw=TEXT, headers=headers)

    body = api_request(request, CREATE).body(PaymentRequest)

    assert body == PaymentRequest.model_validate(GOOD)


def test_no_headers_at_all_are_refused() -> None:
    request = a_request("POST", "/payments", raw=TEXT) | {"headers": None}

    with pytest.raises(Problem) as refusal:
        api_request(request, CREATE).body(PaymentRequest)
    assert refusal.value.status == 415


@pytest.mark.parametrize(
    "raw",
    [
        None,
        "",
        " ",
        "{",
        "{}}",
        "nul",
        "{'a': 1}",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": -Infinity}',
        '{"a": 01}',
        '{"a": 1,}',
        '{"a": "\t"}',
        '{"a": "\\x"}',
        "// comment",
        "\ufeff" + TEXT,
        TEXT + TEXT,
        "\ud800",
        TEXT[:-1] + ', "x": "\ud800"}',
        '{"a": ' + "1" * 5_000 + "}",
        '{"payee": "a", "payee": "b"}',
        '{"amount": {"value": 1, "value": 2, "currency": "EUR"}, "payee": "ab"}',
        "[" * 16_000,
        "[" * 8_000 + "]" * 8_000,
        "[" * 600 + "]" * 600,
        "[" * 250 + "]" * 250,
        '{"a":' * 2_500 + "1" + "}" * 2_500,
        '{"a":' * 40 + "1" + "}" * 40,
    ],
    ids=range(28),
)
def test_what_is_no_json_is_malformed(raw: str | None) -> None:
    assert refused(raw) == (400, "malformed-request", ["body"])


@pytest.mark.parametrize(
    "raw",
    [
        "%%%",
        "é",
        "YQ",
        encoded(b"\xff\xfe"),
        encoded(b'{"payee": "\xff"}'),
        encoded(b"\xed\xa0\x80"),
    ],
)
def test_broken_base64_and_broken_utf8_are_malformed(raw: str) -> None:
    assert refused(raw, base64=True) == (400, "malformed-request", ["body"])


@pytest.mark.parametrize("base64_too", [False, True])
def test_a_body_is_too_large_from_one_byte_over_the_limit(base64_too: bool) -> None:
    room = BODY_BYTES_MAX - len(BIG % "")
    fits, over = BIG % ("x" * room), BIG % ("x" * (room + 1))

    def sent(text: str) -> str:
        return encoded(text) if base64_too else text

    assert refused(sent(fits), base64=base64_too) == (422, "validation-failed", ["description"])
    assert refused(sent(over), base64=base64_too) == (413, "payload-too-large", [])


def test_bytes_are_counted_not_characters() -> None:
    assert refused(BIG % ("é" * 8_200))[0] == 413


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": None}, "amount"),
        ({"amount": {"value": None, "currency": "EUR"}}, "amount.value"),
        ({"description": None}, "description"),
        ({"metadata": {"a": None}}, "metadata.a"),
        ({"metadata": {"a": [1, None]}}, "metadata.a.1"),
        ({"unknown": None}, "unknown"),
    ],
)
def test_a_null_is_named(changes: dict[str, Any], field: str) -> None:
    assert refused(json.dumps(GOOD | changes)) == (422, "validation-failed", [field])


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        *[
            ({"amount": {"value": value, "currency": "EUR"}}, "amount.value")
            for value in NO_AMOUNTS
        ],
        *[
            ({"amount": {"value": 1, "currency": currency}}, "amount.currency")
            for currency in ("eur", "EU", "XXX", "", 978, "EUR ")
        ],
        ({"amount": {"value": 1, "currency": "EUR", "cents": 1}}, "amount.cents"),
        ({"amount": {"value": 1}}, "amount.currency"),
        ({"amount": 5}, "amount"),
        ({"payee": ""}, "payee"),
        ({"payee": "a"}, "payee"),
        ({"payee": "Coffee"}, "payee"),
        ({"payee": "a" * 64}, "payee"),
        ({"payee": "ab\n"}, "payee"),
        ({"payee": "ab\u0661"}, "payee"),
        ({"description": ""}, "description"),
        ({"description": "x" * 141}, "description"),
        ({"description": 7}, "description"),
        ({"metadata": []}, "metadata"),
        ({"metadata": {str(n): "" for n in range(11)}}, "metadata"),
        ({"metadata": {"a": 1}}, "metadata.a"),
        ({"metadata": {"a": "x" * 201}}, "metadata.a"),
        ({"metadata": {"a b": ""}}, "metadata.a b"),
        ({"metadata": {"": ""}}, "metadata."),
        ({"metadata": {"x" * 41: ""}}, "metadata." + "x" * 41),
        ({"user_id": "bob"}, "user_id"),
    ],
)
def test_a_wrong_field_is_named(changes: dict[str, Any], field: str) -> None:
    assert refused(json.dumps(GOOD | changes)) == (422, "validation-failed", [field])


@pytest.mark.parametrize("raw", ["[]", '"text"', "5", "true", f"[{TEXT}]"])
def test_a_body_that_is_no_object_is_refused_as_a_whole(raw: str) -> None:
    assert refused(raw) == (422, "validation-failed", ["body"])


def test_a_null_body_is_refused_as_a_whole() -> None:
    assert refused("null") == (422, "validation-failed", ["body"])


@pytest.mark.parametrize("value", ["1e2", "1e0", "1E400", "1.0e1", "-0", "1" * 39])
def test_a_number_that_is_no_amount_is_refused(value: str) -> None:
    raw = TEXT.replace("450", value)

    assert refused(raw) == (422, "validation-failed", ["amount.value"])


def test_an_escaped_lone_surrogate_is_refused() -> None:
    status, _, _ = refused(TEXT[:-1] + ', "description": "\\ud800"}')

    assert status in (400, 422)


@pytest.mark.parametrize("text", ["\u0000", "\u202e", "💶", "e\u0301", "<script>", "' OR 1=1 --"])
def test_texts_are_taken_as_they_are(text: str) -> None:
    assert body(json.dumps(GOOD | {"description": text})).description == text


def test_a_refusal_quotes_no_values() -> None:
    with pytest.raises(Problem) as refusal:
        body(json.dumps(GOOD | {"payee": "4111 1111"}))

    assert "4111" not in json.dumps(refusal.value.document())
