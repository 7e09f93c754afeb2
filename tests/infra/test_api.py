"""API Gateway serves the contract's operations, and refuses as the contract defines."""

import json
from typing import Any

import pytest

from generated.catalogue import OPERATIONS
from infra.template import body
from infra.template.problems import REFUSALS, Refusal
from tests.infra.rendered import Stack, on_aws, on_ministack, stack


def paths(built: Stack) -> dict[str, Any]:
    found: dict[str, Any] = built.of("ApiGateway::RestApi")["Api"]["Body"]["paths"]
    return found


def test_every_operation_goes_to_the_function_of_its_service() -> None:
    served = {
        (method.upper(), path): operation["x-amazon-apigateway-integration"]
        for path, operations in paths(on_aws()).items()
        for method, operation in operations.items()
        if "operationId" in operation
    }

    assert served.keys() == {(o.method, o.path) for o in OPERATIONS.values()}
    functions = on_aws().of("Lambda::Function")
    for operation in OPERATIONS.values():
        integration = served[operation.method, operation.path]
        assert integration["type"] == "aws_proxy"
        title = integration["uri"].split("/functions/")[1].removesuffix(".Arn/invocations")
        assert functions[title]["FunctionName"] == f"payments-dev-{operation.service}-api"


def test_each_other_method_of_a_path_goes_to_the_same_function_with_the_same_token() -> None:
    """The service refuses it with 405 and names the methods that the path has."""
    for operations in paths(on_aws()).values():
        assert {"get", "put", "post", "delete", "patch", "head"} <= operations.keys()
        security = [operation["security"] for operation in operations.values()]
        uris = {o["x-amazon-apigateway-integration"]["uri"] for o in operations.values()}
        assert all(wanted == security[0] for wanted in security)
        assert len(uris) == 1


def test_every_operation_wants_a_token_of_the_user_pool_except_health() -> None:
    served = paths(on_aws())

    for operation in OPERATIONS.values():
        security = served[operation.path][operation.method.lower()]["security"]
        assert security == ([{"cognito": []}] if operation.authenticated else [])
    assert [o.operation_id for o in OPERATIONS.values() if not o.authenticated] == ["getHealth"]
    schemes = on_aws().of("ApiGateway::RestApi")["Api"]["Body"]["components"]["securitySchemes"]
    authorizer = schemes["cognito"]["x-amazon-apigateway-authorizer"]
    assert authorizer == {"type": "cognito_user_pools", "providerARNs": ["UserPool.Arn"]}


def test_a_client_needs_a_key_of_its_own_when_a_parameter_requires_it() -> None:
    served = paths(stack(ApiKeyRequired="true"))

    assert served["/payments"]["post"]["security"] == [{"cognito": [], "clientKey": []}]
    assert served["/health"]["get"]["security"] == []
    (plan,) = on_aws().of("ApiGateway::UsagePlan").values()
    assert plan["ApiStages"] == [{"ApiId": "Api", "Stage": "v1"}]
    assert plan["Throttle"] == {"BurstLimit": "40", "RateLimit": "20"}


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda refusal: refusal.kind)
def test_a_refusal_of_api_gateway_is_a_problem_document(refusal: Refusal) -> None:
    definition = on_aws().of("ApiGateway::RestApi")["Api"]["Body"]

    given = definition["x-amazon-apigateway-gateway-responses"][refusal.kind]

    problem = json.loads(given["responseTemplates"]["application/json"])
    assert problem.keys() == {"type", "title", "status", "detail"}
    assert problem["type"] == refusal.problem
    assert given["statusCode"] == str(problem["status"])
    headers = given["responseParameters"]
    assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'"
    assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'"
    if problem["status"] == 401:
        assert headers["gatewayresponse.header.WWW-Authenticate"] == "'Bearer'"


def test_ministack_has_the_same_refusals_as_resources_and_aws_has_none() -> None:
    assert not on_aws().of("ApiGateway::GatewayResponse")

    emulated = on_ministack().of("ApiGateway::GatewayResponse").values()

    definition = on_aws().of("ApiGateway::RestApi")["Api"]["Body"]
    given = definition["x-amazon-apigateway-gateway-responses"]
    assert {
        r["ResponseType"]: (r["StatusCode"], r["ResponseParameters"], r["ResponseTemplates"])
        for r in emulated
    } == {
        kind: (r["statusCode"], r["responseParameters"], r["responseTemplates"])
        for kind, r in given.items()
    }


def test_a_changed_definition_is_deployed_and_an_unchanged_one_is_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def deployments() -> set[str]:
        return set(stack().of("ApiGateway::Deployment"))

    before = deployments()
    assert deployments() == before
    contract = body.contract()
    health = {"operationId": "getReadiness", "x-service": "wallet-service", "security": []}
    changed = {**contract, "paths": {**contract["paths"], "/ready": {"get": health}}}
    monkeypatch.setattr(body, "contract", lambda: changed)

    assert not deployments() & before


def test_requiring_keys_takes_another_deployment() -> None:
    keyed, unkeyed = stack(ApiKeyRequired="true"), stack()

    for built in (keyed, unkeyed):
        (deployment,) = built.of("ApiGateway::Deployment")
        assert built.of("ApiGateway::Stage")["ApiStage"]["DeploymentId"] == deployment
    assert keyed.of("ApiGateway::Deployment").keys() != unkeyed.of("ApiGateway::Deployment").keys()


def test_the_stage_is_limited_and_logs_no_bodies_and_no_addresses() -> None:
    stage = on_aws().of("ApiGateway::Stage")["ApiStage"]

    (setting,) = stage["MethodSettings"]
    assert (setting["ThrottlingRateLimit"], setting["ThrottlingBurstLimit"]) == ("100", "200")
    assert setting["DataTraceEnabled"] is False
    assert stage["StageName"] == "v1"
    line = json.loads(stage["AccessLogSetting"]["Format"])
    assert line["user_id"] == "$context.authorizer.claims.sub"
    assert "sourceIp" not in stage["AccessLogSetting"]["Format"]


def test_the_client_is_answered_before_a_slow_function_is_stopped() -> None:
    functions = on_aws().of("Lambda::Function")

    for operations in paths(on_aws()).values():
        for operation in operations.values():
            integration = operation["x-amazon-apigateway-integration"]
            title = integration["uri"].split("/functions/")[1].removesuffix(".Arn/invocations")
            assert integration["timeoutInMillis"] < functions[title]["Timeout"] * 1000


def test_the_role_for_logs_can_be_left_to_the_account() -> None:
    assert "ApiLoggingRole" in on_aws().of("IAM::Role")
    assert "ApiLoggingRole" not in stack(ApiLogRole="existing").of("IAM::Role")
