"""Every operation has its method, and answers only what the specification documents."""

from __future__ import annotations

import inspect
import json
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

import pytest
from botocore.exceptions import EndpointConnectionError

from infra.contracts.documents import OPENAPI
from infra.template.problems import REFUSALS, STATUSES, response
from tests.builders import ALICE, a_batch, a_record, a_request, answered
from tests.contracts.documented import refusal_is_documented, require_documented
from tests.contracts.payloads import CONTRACT
from tests.contracts.requests import BY_ID, PREFIX, REQUESTS, Request, problem
from tests.in_memory.system import System

SERVICES: Final = sorted({request.service for request in REQUESTS})
UNREACHABLE: Final = EndpointConnectionError(endpoint_url="aws")
ROLES: Final = {
    o["operationId"]: o.get("x-roles", []) for _, _, _, o in CONTRACT.operations(OPENAPI)
}


def methods(service: str) -> set[str]:
    """Return the names of the operations that the service's API class serves."""
    module = import_module(f"handlers.{service.replace('-', '_')}.api")
    found = inspect.getmembers(module.Api, inspect.isfunction)
    return {name for name, _ in found if not name.startswith("_")}


def snake(operation_id: str) -> str:
    return "".join(f"_{c.lower()}" if c.isupper() else c for c in operation_id)


@pytest.mark.parametrize("service", SERVICES)
def test_every_operation_has_its_method_and_every_method_its_operation(service: str) -> None:
    wanted = {snake(r.operation_id) for r in REQUESTS if r.service == service}

    assert methods(service) == wanted


# Provoke each refusal: by the request, or by a fault of the system.
def unauthenticated(request: Request) -> tuple[int, Any]:
    return replace(request, user=None).answer()


def without_role(request: Request) -> tuple[int, Any]:
    return replace(request, groups="").answer()


def media_type(request: Request) -> tuple[int, Any]:
    return request.with_parameter("header", "content-type", "text/plain").answer()


def not_json(request: Request) -> tuple[int, Any]:
    return replace(request, more={"body": "{"}).answer()


def too_large(request: Request) -> tuple[int, Any]:
    return replace(request, more={"body": '"' + "x" * 16_384 + '"'}).answer()


def of_another_shape(request: Request) -> tuple[int, Any]:
    return replace(request, body={"unknown": 1}).answer()


def with_unknown_parameter(request: Request) -> tuple[int, Any]:
    return request.with_parameter("query", "unknown", "1").answer()


def aws_is_unavailable(request: Request) -> tuple[int, Any]:
    return request.answer(System(failing=UNREACHABLE))


def a_bug(request: Request) -> tuple[int, Any]:
    return request.answer(System(failing=RuntimeError("a bug")))


WITH_BODY: Final = [r for r in REQUESTS if r.body is not None]
ASKING_AWS: Final = [r for r in REQUESTS if r.operation_id != "getHealth"]
SIGNED_IN: Final = ASKING_AWS
WITH_ROLES: Final = [r for r in REQUESTS if ROLES[r.operation_id]]
PROVOKED: Final = [
    *((r, with_unknown_parameter, 400, "validation-failed") for r in REQUESTS),
    *((r, unauthenticated, 401, "unauthenticated") for r in SIGNED_IN),
    *((r, without_role, 403, "forbidden") for r in WITH_ROLES),
    *((r, not_json, 400, "malformed-request") for r in WITH_BODY),
    *((r, too_large, 413, "payload-too-large") for r in WITH_BODY),
    *((r, media_type, 415, "unsupported-media-type") for r in WITH_BODY),
    *((r, of_another_shape, 422, "validation-failed") for r in WITH_BODY),
    *((r, aws_is_unavailable, 503, "temporarily-unavailable") for r in ASKING_AWS),
    *((r, a_bug, 500, "internal-error") for r in ASKING_AWS),
]
OF_A_PATH: Final = "method-not-allowed"  # the path has no such operation


@pytest.mark.parametrize(
    ("request_", "provoke", "status", "slug"),
    PROVOKED,
    ids=[f"{r}-{provoke.__name__}" for r, provoke, _, _ in PROVOKED],
)
def test_a_provoked_refusal_is_documented(
    request_: Request, provoke: Any, status: int, slug: str
) -> None:
    given, document = provoke(request_)

    assert (given, problem(document)) == (status, slug)
    require_documented(request_.operation_id, given, document)


def not_found(operation_id: str) -> tuple[int, Any]:
    return BY_ID[operation_id].answer()


def key_missing(operation_id: str) -> tuple[int, Any]:
    return BY_ID[operation_id].with_parameter("header", "Idempotency-Key", None).answer()


def key_reused(operation_id: str) -> tuple[int, Any]:
    system, request = System(), BY_ID[operation_id]
    assert request.answer(system)[0] == 201
    amount = {**request.body["amount"], "value": 7}
    return replace(request, body={**request.body, "amount": amount}).answer(system)


def overflowing(operation_id: str) -> tuple[int, Any]:
    """Make as many of the largest deposits as a wallet can hold, and one more."""
    system, request = System(), BY_ID[operation_id]
    amount = {**request.body["amount"], "value": 999_999_999_999}
    for number in range(1_002):
        keyed = request.with_parameter("header", "Idempotency-Key", str(number))
        status, document = replace(keyed, body={**request.body, "amount": amount}).answer(system)
        if status != 201:
            return status, document
    raise AssertionError("the wallet has no limit")


def parked_event(system: System) -> str:
    """Return the id of an event that error-handler has stored for review."""
    system.consume("wallet-service", "wallet-service--payment-initiated", "{}")
    (message,) = system.sent
    record = a_record(message.body, message.queue, attributes=message.attributes)
    system.invoke("error-handler-consumer", a_batch(record))
    return str(system.items("failed-events")[0]["failed_event_id"])


def reviewed(operation_id: str) -> tuple[int, Any]:
    system = System()
    request = BY_ID[operation_id].with_parameter("path", "failed_event_id", parked_event(system))
    assert request.answer(system)[0] == 200
    return request.answer(system)


OF_STATE: Final = [
    *((o, not_found, 404, "not-found") for o in ("getPayment", "getWallet", "getFailedEvent")),
    *((o, not_found, 404, "not-found") for o in ("redriveFailedEvent", "discardFailedEvent")),
    *((o, key_missing, 400, "idempotency-key-missing") for o in ("createPayment", "createDeposit")),
    *((o, key_reused, 422, "idempotency-key-reused") for o in ("createPayment", "createDeposit")),
    *((o, reviewed, 409, "conflict") for o in ("redriveFailedEvent", "discardFailedEvent")),
    ("createDeposit", overflowing, 409, "conflict"),
]


@pytest.mark.parametrize(("operation_id", "provoke", "status", "slug"), OF_STATE)
def test_a_refusal_because_of_the_current_state_is_documented(
    operation_id: str, provoke: Any, status: int, slug: str
) -> None:
    given, document = provoke(operation_id)

    assert (given, problem(document)) == (status, slug)
    require_documented(operation_id, given, document)


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda r: r.kind)
def test_refusals_of_api_gateway_are_documented_at_every_operation(refusal: Any) -> None:
    status = STATUSES[refusal.problem]
    if problem({"type": refusal.problem}) == "not-found":
        return  # no operation exists that could document it
    document = json.loads(response(refusal)["responseTemplates"]["application/json"])

    assert document["status"] == status
    shown = [
        r.operation_id for r in REQUESTS if refusal_is_documented(r.operation_id, status, document)
    ]
    asked = {413: WITH_BODY, 415: WITH_BODY, 401: SIGNED_IN, 403: SIGNED_IN}
    assert shown == [r.operation_id for r in asked.get(status, REQUESTS)]


@pytest.mark.parametrize(
    "refusal", [r for r in REFUSALS if r.headers], ids=lambda refusal: refusal.kind
)
def test_the_headers_of_a_refusal_are_documented(refusal: Any) -> None:
    status = str(STATUSES[refusal.problem])
    answers = [
        CONTRACT.resolved(OPENAPI, operation["responses"][status])[1]
        for _, _, _, operation in CONTRACT.operations(OPENAPI)
        if status in operation["responses"]
    ]

    assert answers
    for answer in answers:
        assert set(refusal.headers) == set(answer["headers"])


def test_every_problem_of_the_specification_can_be_provoked() -> None:
    provoked = {slug for *_, slug in PROVOKED} | {slug for *_, slug in OF_STATE}
    provoked |= {OF_A_PATH}
    by_gateway = {problem({"type": refusal.problem}) for refusal in REFUSALS}
    listed = CONTRACT.openapi["components"]["schemas"]["ProblemType"]["enum"]

    assert {name.removeprefix(PREFIX) for name in listed} == provoked | by_gateway


def test_every_documented_refusal_of_every_operation_can_be_provoked() -> None:
    """A documented refusal that never happens would be a useless promise."""
    by_service = {(r.operation_id, status) for r, _, status, _ in PROVOKED}
    by_state = {(o, status) for o, _, status, _ in OF_STATE}
    gateway = {STATUSES[refusal.problem] for refusal in REFUSALS}
    for _, _, _, operation in CONTRACT.operations(OPENAPI):
        statuses = {int(s) for s in operation["responses"] if not s.startswith("2")}
        name = operation["operationId"]
        found = {status for o, status in by_service | by_state if o == name}
        assert statuses <= found | gateway
        assert found <= statuses


@pytest.mark.parametrize("path", CONTRACT.openapi["paths"])
def test_a_path_refuses_the_methods_that_it_lacks(path: str) -> None:
    request = a_request("TRACE", path, user=ALICE)
    operations = CONTRACT.openapi["paths"][path].values()
    (service,) = {operation["x-service"] for operation in operations}

    response = System().invoke(f"{service}-api", request)

    status, document = answered(response)
    assert (status, problem(document)) == (405, OF_A_PATH)
    allowed = {method.upper() for method in CONTRACT.openapi["paths"][path]}
    assert set(response["headers"]["Allow"].split(", ")) == allowed


def test_an_unknown_path_gets_the_same_refusal() -> None:
    request = a_request("GET", "/unheard-of", user=ALICE)

    status, document = answered(System().invoke("payment-orchestrator-api", request))

    assert (status, problem(document)) == (404, "not-found")
