"""What the template gives to functions and to the world: no secrets and no open access."""

from __future__ import annotations

import json
import re

from infra.services.rows import table_environment
from infra.template.functions import FUNCTIONS
from tests.infra.rendered import on_aws

# Names and numbers only; a new variable is a decision, so it is named here too.
HARMLESS = {
    "ACCOUNT_ID",
    "PREFIX",
    "STAGE",
    "EXPIRY_S",
    "SANDBOX",
    "AUDIENCE",
    "LOG_LEVEL",
    "PYDANTIC_DISABLE_PLUGINS",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    *table_environment("payments-dev"),
    "EVENT_BUS",
    "GATEWAY_URL",
    "GATEWAY_SECRET_ID",  # where the key is, not the key
}


def test_no_environment_variable_of_a_function_is_a_secret() -> None:
    for name, function in on_aws().of("Lambda::Function").items():
        variables = function["Environment"]["Variables"]

        assert variables.keys() <= HARMLESS, name
        assert "GATEWAY_SECRET_ID" not in variables or name.startswith("GatewayProcessor")


def test_production_is_no_sandbox_and_logs_no_bodies() -> None:
    built = on_aws()

    functions = built.of("Lambda::Function").values()
    assert {f["Environment"]["Variables"]["SANDBOX"] for f in functions} == {"false"}
    (stage,) = built.of("ApiGateway::Stage").values()
    assert [one["DataTraceEnabled"] for one in stage["MethodSettings"]] == [False]


def test_the_access_log_names_no_address_and_no_header() -> None:
    (stage,) = on_aws().of("ApiGateway::Stage").values()

    logged = set(json.loads(stage["AccessLogSetting"]["Format"]).values())

    assert not [one for one in logged if re.search(r"sourceIp|userAgent|header|querystring", one)]


def test_there_is_one_client_of_the_pool_so_that_its_tokens_are_the_only_ones() -> None:
    """API Gateway checks pool, signature and time of a token, but not which client it is for."""
    built = on_aws()

    assert len(built.of("Cognito::UserPool")) == 1
    assert len(built.of("Cognito::UserPoolClient")) == 1
    actions = {action for f in FUNCTIONS for grant in f.grants for action in grant.actions}
    assert not [action for action in actions if action.startswith("cognito-idp:")]


def test_a_stage_and_a_client_have_limits() -> None:
    built = on_aws()

    (stage,) = built.of("ApiGateway::Stage").values()
    (plan,) = built.of("ApiGateway::UsagePlan").values()
    for limit in (*stage["MethodSettings"], plan["Throttle"]):
        numbers = [value for name, value in limit.items() if name.endswith(("Limit",))]
        assert len(numbers) == 2
        assert all(0 < int(number) <= 10_000 for number in numbers)
