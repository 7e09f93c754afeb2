"""Path, query and headers: each known, given once and valid, or named in the refusal."""

from typing import Any

import pytest
from pydantic import BaseModel

from generated.api.payment_orchestrator import (
    CreatePaymentParameters,
    GetPaymentParameters,
    ListPaymentsParameters,
)
from generated.api.payment_orchestrator_routes import PAYMENT_ORCHESTRATOR_ROUTES
from handlers.core.problem import Problem
from handlers.runtime.request import api_request
from tests.builders import PAY_1, a_request

Operation = tuple[str, str, type[BaseModel]]
CREATE: Operation = ("POST", "/payments", CreatePaymentParameters)
LIST: Operation = ("GET", "/payments", ListPaymentsParameters)
READ: Operation = ("GET", "/payments/{payment_id}", GetPaymentParameters)


def read(operation: Operation, request: dict[str, Any]) -> Any:
    method, path, model = operation
    declared = PAYMENT_ORCHESTRATOR_ROUTES[method, path].parameters
    return api_request(request, declared).parameters(model)


def parameters(operation: Operation, **request: Any) -> Any:
    return read(operation, a_request(*operation[:2], **request))


def wrong(operation: Operation, **request: Any) -> tuple[int, str, list[str]]:
    with pytest.raises(Problem) as refusal:
        parameters(operation, **request)
    problem = refusal.value
    return (
        problem.status,
        problem.problem_type.rpartition(":")[2],
        [e.field for e in problem.errors],
    )


def test_parameters_have_their_defaults() -> None:
    assert parameters(LIST) == ListPaymentsParameters(status=None, page_size=20, cursor=None)


def test_a_number_in_the_query_is_a_number() -> None:
    assert parameters(LIST, query={"page_size": "100"}).page_size == 100


@pytest.mark.parametrize(
    ("query", "field"),
    [
        *[
            ({"page_size": size}, "page_size")
            for size in ("0", "-1", "101", "1.5", "1e1", "", "ten", "٣", " 5", "9" * 18, "9" * 400)
        ],
        ({"status": "gone"}, "status"),
        ({"status": ""}, "status"),
        ({"cursor": ""}, "cursor"),
        ({"cursor": "a b"}, "cursor"),
        ({"cursor": "x" * 513}, "cursor"),
        ({"page": "1"}, "page"),
        ({"Status": "failed"}, "Status"),
        ({"user_id": "bob"}, "user_id"),
    ],
)
def test_a_wrong_query_parameter_is_named(query: dict[str, str], field: str) -> None:
    assert wrong(LIST, query=query) == (400, "validation-failed", [field])


def test_a_query_parameter_that_is_given_twice_is_refused() -> None:
    request = a_request("GET", "/payments", query={"status": "failed"})
    request["multiValueQueryStringParameters"] = {"status": ["pending", "failed"]}

    with pytest.raises(Problem) as refusal:
        read(LIST, request)
    assert refusal.value.errors[0] == ("status", "is given more than once")


def test_all_wrong_parameters_are_named_at_once() -> None:
    query = {"page_size": "0", "status": "gone"}

    assert set(wrong(LIST, query=query)[2]) == {"page_size", "status"}


@pytest.mark.parametrize(
    "payment_id", ["1", PAY_1 + "a", PAY_1.upper(), "pay_", "../x", PAY_1 + "\n"]
)
def test_a_wrong_id_in_the_path_is_named(payment_id: str) -> None:
    refusal = wrong(READ, path={"payment_id": payment_id})

    assert refusal == (400, "validation-failed", ["payment_id"])


def test_a_missing_idempotency_key_has_a_problem_of_its_own() -> None:
    assert wrong(CREATE) == (400, "idempotency-key-missing", ["Idempotency-Key"])


@pytest.mark.parametrize("key", ["", " ", "a b", "a" * 65, "é", "a\n", "\x7f"])
def test_a_wrong_idempotency_key_is_named(key: str) -> None:
    refusal = wrong(CREATE, headers={"Idempotency-Key": key})

    assert refusal == (400, "validation-failed", ["Idempotency-Key"])


@pytest.mark.parametrize(
    ("sent", "key"),
    [
        ('"k-1"', "k-1"),
        ('"a\\"b"', 'a"b'),
        ('"a\\\\"', "a\\"),
        # Not strings of RFC 8941, so they are keys as they are.
        ('"', '"'),
        ('""', '""'),
        ('"k-1', '"k-1'),
        ('"a"b"', '"a"b"'),
        ('"a\\b"', '"a\\b"'),
    ],
)
def test_a_quoted_idempotency_key_is_the_bare_key(sent: str, key: str) -> None:
    request = a_request("POST", "/payments", headers={"Idempotency-Key": sent})

    assert read(CREATE, request).idempotency_key == key


def test_two_idempotency_keys_contradict_each_other() -> None:
    request = a_request("POST", "/payments", headers={"Idempotency-Key": "b"})
    request["multiValueHeaders"] = {"Idempotency-Key": ["a", "b"]}

    with pytest.raises(Problem) as refusal:
        read(CREATE, request)
    assert refusal.value.status == 400
    assert refusal.value.errors[0] == ("Idempotency-Key", "is given more than once")
