"""The HTTP boundary: every answer is a document of the contract, whatever breaks."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from generated.api.payment_orchestrator import Health
from generated.api.payment_orchestrator_routes import PAYMENT_ORCHESTRATOR_ROUTES
from generated.api.wallet_service_routes import WALLET_SERVICE_ROUTES
from generated.contract import Answer, Caller, Route
from handlers.core.errors import Conflict, Permanent, Retryable
from handlers.core.problem import conflict
from handlers.runtime.http import Response, Server
from tests.builders import AUDIENCE, PAY_1, a_request, answered, slug


@dataclass
class Api:
    """An implementation that does the same for every operation."""

    does: Callable[[], Any] = lambda: Answer(Health(status="ok"))
    caller: Caller | None = None

    def __getattr__(self, _operation: str) -> Callable[..., Any]:
        def call(caller: Caller, *_arguments: Any) -> Any:
            self.caller = caller
            return self.does()

        return call


def raising(error: Exception) -> Api:
    def broken() -> None:
        raise error

    return Api(broken)


# Of two services: a route calls a method of the operation's name, which the fake answers too.
ROUTES: dict[tuple[str, str], Route[Any]] = {
    **PAYMENT_ORCHESTRATOR_ROUTES,
    **WALLET_SERVICE_ROUTES,
}


def served(api: Api, request: dict[str, Any], *, sandbox: bool = False) -> Response:
    return Server(ROUTES, api, sandbox, AUDIENCE).serve(request)


GET = a_request("GET", "/payments")
DEPOSIT = ("POST", "/wallets/{currency}/deposits")


def a_deposit(**request: Any) -> dict[str, Any]:
    return a_request(
        *DEPOSIT,
        path={"currency": "EUR"},
        headers={"Idempotency-Key": "k"},
        body={"amount": {"value": 1, "currency": "EUR"}},
        **request,
    )


def test_a_good_answer_is_json_that_must_not_be_cached() -> None:
    response = served(Api(), GET)

    assert answered(response) == (200, {"status": "ok"})
    assert response["headers"] == {"Content-Type": "application/json", "Cache-Control": "no-store"}


@pytest.mark.parametrize(
    ("error", "refusal"),
    [
        (conflict("taken"), (409, "conflict")),
        (Retryable("dynamodb is down"), (503, "temporarily-unavailable")),
        (Conflict("contended"), (503, "temporarily-unavailable")),
        (Permanent("broken"), (503, "temporarily-unavailable")),
        (ValueError("secret"), (500, "internal-error")),
        (RecursionError(), (500, "internal-error")),
    ],
)
def test_the_caller_gets_a_problem_for_every_failure(
    error: Exception, refusal: tuple[int, str]
) -> None:
    response = served(raising(error), GET)

    assert slug(response) == refusal
    assert "secret" not in response["body"]
    assert "dynamodb" not in response["body"]


@pytest.mark.parametrize("resource", ["/nowhere", "/payments/", ""])
def test_what_is_not_in_the_contract_is_not_found(resource: str) -> None:
    assert slug(served(Api(), a_request("GET", resource))) == (404, "not-found")


@pytest.mark.parametrize(
    ("resource", "allowed"), [("/payments", "GET, POST"), ("/payments/{payment_id}", "GET")]
)
def test_another_method_of_a_path_is_refused_with_those_that_it_has(
    resource: str, allowed: str
) -> None:
    response = served(Api(), a_request("DELETE", resource))

    assert slug(response) == (405, "method-not-allowed")
    assert response["headers"]["Allow"] == allowed
    assert response["headers"]["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "context",
    [
        None,
        {},
        {"authorizer": None},
        {"authorizer": {}},
        {"authorizer": {"claims": {"sub": "", "aud": AUDIENCE}}},
        {"authorizer": {"claims": {"sub": "alice"}}},
        {"authorizer": {"claims": {"sub": "alice", "aud": "another-client"}}},
    ],
)
def test_a_request_without_a_user_is_refused(context: Any) -> None:
    api = Api()

    assert slug(served(api, GET | {"requestContext": context})) == (401, "unauthenticated")
    assert api.caller is None


def test_health_needs_no_user() -> None:
    response = served(Api(), a_request("GET", "/health", user=None))

    assert answered(response) == (200, {"status": "ok"})


@pytest.mark.parametrize(
    "groups",
    ["operator", "[operator]", "support,operator", "[support operator]", ["support", "operator"]],
)
def test_a_role_is_found_however_the_authorizer_writes_groups(groups: Any) -> None:
    api = Api()

    served(api, a_deposit(groups=groups))

    assert api.caller is not None
    assert "operator" in api.caller.roles


@pytest.mark.parametrize("groups", ["", "operators", "no-operator", "[]", "Operator", "oper ator"])
def test_without_the_role_the_operation_is_forbidden(groups: str) -> None:
    api = Api()
    response = served(api, a_deposit(groups=groups))

    assert slug(response) == (403, "forbidden")
    assert "role operator" in response["body"]
    assert api.caller is None


def test_a_sandbox_opens_only_what_the_contract_opens() -> None:
    assert served(Api(), a_deposit(), sandbox=True)["statusCode"] == 200


def test_roles_are_checked_before_the_request_is_read() -> None:
    request = a_deposit() | {"body": "{"}

    assert slug(served(Api(), request))[0] == 403


@pytest.mark.parametrize(
    ("request_id", "usable"),
    [("a-1_b", "a-1_b"), ("a b\n<c>", "abc"), ("x" * 99, "x" * 64), ("é!", ""), ("", "")],
)
def test_a_correlation_id_has_the_form_of_the_contract(request_id: str, usable: str) -> None:
    api = Api()
    request = json.loads(json.dumps(GET))
    request["requestContext"]["requestId"] = request_id

    served(api, request)

    assert api.caller is not None
    made = api.caller.correlation_id
    assert made == usable or (not usable and made.startswith("cor_"))


@pytest.mark.parametrize(
    ("full", "location"),
    [
        ("/v1/payments", f"/v1/payments/{PAY_1}"),
        ("/payments", f"/payments/{PAY_1}"),
        ("/money/v2/payments", f"/money/v2/payments/{PAY_1}"),
        ("/something-else", f"/payments/{PAY_1}"),
        ("", f"/payments/{PAY_1}"),
    ],
)
def test_a_location_has_the_base_path_that_the_client_used(full: str, location: str) -> None:
    api = Api(lambda: Answer(Health(status="ok"), headers={"Location": f"/payments/{PAY_1}"}))
    request = json.loads(json.dumps(GET))
    request["requestContext"]["path"] = full

    assert served(api, request)["headers"]["Location"] == location


def test_a_base_path_is_found_beside_path_parameters() -> None:
    api = Api(lambda: Answer(Health(status="ok"), headers={"Location": "/wallets/EUR"}))

    assert served(api, a_deposit(groups="operator"))["headers"]["Location"] == "/v1/wallets/EUR"


def test_every_operation_of_the_contract_is_served_by_one_route() -> None:
    assert all((r.operation.method, r.operation.path) == key for key, r in ROUTES.items())
