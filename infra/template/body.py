"""The definition of the REST API that API Gateway imports: operations, and nothing it ignores.

Schemas, examples and texts stay out: API Gateway's own validation is off (a handler names the
field, API Gateway does not), its import is particular about schemas, and a better description
needs no new deployment.
"""

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any, Final

from troposphere import GetAtt, If, Sub

from infra.services.rows import API_TIMEOUT_S
from infra.template.functions import api as api_function
from infra.template.naming import named
from infra.template.parameters import KEYED
from infra.template.problems import REFUSALS, response

Contract = Mapping[str, Any]
METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")
# The methods that each path has in API Gateway, so that its service can refuse the wrong ones.
# Without a definition, API Gateway answers that there is no such path.
ANSWERED: Final = ("get", "put", "post", "delete", "patch", "head")
# Just less than the function's own limit, so that the client gets the problem `timeout`.
INTEGRATION_TIMEOUT_MS: Final = API_TIMEOUT_S * 1000 - 500
COGNITO: Final = "cognito"
CLIENT_KEY: Final = "clientKey"


def contract() -> Contract:
    """The projected OpenAPI document."""
    text = (files("generated") / "api" / "openapi-3.0.3.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document


def services(document: Contract) -> tuple[str, ...]:
    """The services that answer operations."""
    paths = document["paths"].values()
    return tuple(sorted({item[m]["x-service"] for item in paths for m in METHODS if m in item}))


def body(document: Contract) -> dict[str, object]:
    """The OpenAPI document with integrations, authorizer and gateway responses."""
    return {
        "openapi": "3.0.3",
        "info": {"title": named("api"), "version": document["info"]["version"]},
        "paths": {path: _path(path, item) for path, item in document["paths"].items()},
        "components": {"securitySchemes": _security_schemes()},
        "x-amazon-apigateway-gateway-responses": {
            refusal.kind: response(refusal) for refusal in REFUSALS
        },
    }


def _path(path: str, item: Mapping[str, Any]) -> dict[str, object]:
    served = {method: item[method] for method in METHODS if method in item}
    operations: dict[str, object] = {
        method: {"operationId": operation["operationId"], **_method(path, operation)}
        for method, operation in served.items()
    }
    first = next(iter(served.values()))  # all operations of a path belong to one service
    return operations | {m: _method(path, first) for m in ANSWERED if m not in served}


def _method(path: str, operation: Mapping[str, Any]) -> dict[str, object]:
    return {
        "parameters": _path_parameters(path),
        "responses": {"default": {"description": "As the contract says."}},
        "security": [] if operation.get("security") == [] else _security(),
        "x-amazon-apigateway-integration": _integration(operation["x-service"]),
    }


def _path_parameters(path: str) -> list[dict[str, object]]:
    names = [part[1:-1] for part in path.split("/") if part.startswith("{")]
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in names
    ]


def _integration(service: str) -> dict[str, object]:
    function = f"${{{api_function(service).logical_id}.Arn}}"
    gateway = "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda"
    return {
        "type": "aws_proxy",
        "httpMethod": "POST",
        "uri": Sub(f"{gateway}:path/2015-03-31/functions/{function}/invocations"),
        "timeoutInMillis": INTEGRATION_TIMEOUT_MS,
    }


def _security() -> If:
    return If(KEYED, [{COGNITO: [], CLIENT_KEY: []}], [{COGNITO: []}])


def _security_schemes() -> dict[str, object]:
    return {
        COGNITO: {
            "type": "apiKey",  # how API Gateway wants any authorizer to be spelt
            "name": "Authorization",
            "in": "header",
            "x-amazon-apigateway-authtype": "cognito_user_pools",
            "x-amazon-apigateway-authorizer": {
                "type": "cognito_user_pools",
                "providerARNs": [GetAtt("UserPool", "Arn")],
            },
        },
        CLIENT_KEY: {"type": "apiKey", "name": "x-api-key", "in": "header"},
    }
