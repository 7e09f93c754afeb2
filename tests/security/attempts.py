"""What an attacker tries against a running stack: operations with any token, AWS with any role."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

import boto3
import httpx

from generated.contract import Operation
from infra.local.clients import CONFIG, REGION
from infra.local.http import http
from infra.local.stack import PREFIX
from tests.running.pool import issuer
from tests.running.stack import RunningStack
from tests.security.tokens import Context

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# Path parameters, where a test has nothing of its own to name.
SOMETHING: Final = {
    "payment_id": "pay_mfzxgk3bojzwc5dfnvsw45dpme",
    "failed_event_id": "fev_mzqws3dfmqqhi2djnzttemrtgq",
    "currency": "EUR",
}
# A valid body of each operation with one.
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "createPayment": {"amount": {"value": 1, "currency": "EUR"}, "payee": "coffee-shop-42"},
    "createDeposit": {"amount": {"value": 1, "currency": "EUR"}},
    "redriveFailedEvent": {"note": "let me in"},
    "discardFailedEvent": {"note": "let me in"},
}


def forgery_context(stack: RunningStack) -> Context:
    """Return what a forger can start from; the other pool is another product's."""
    cognito: CognitoIdentityProviderClient = stack.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="another-product")["UserPool"]["Id"]
    client = cognito.create_user_pool_client(UserPoolId=pool, ClientName="its-client")
    other = issuer(stack, pool, client["UserPoolClient"]["ClientId"])
    return Context(stack.pool, other, stack.user_id(stack.operator.name), "operator")


def attempt(
    stack: RunningStack,
    operation: Operation,
    authorization: str | None,
    path: Mapping[str, str] | None = None,
) -> httpx.Response:
    """Ask for an operation, complete and well formed, with this Authorization header."""
    where = operation.path.format_map({**SOMETHING, **(path or {})})
    headers = {"Idempotency-Key": str(uuid.uuid4())}
    headers |= {"Authorization": authorization} if authorization is not None else {}
    body = BODIES.get(operation.operation_id)
    return http().request(operation.method, f"{stack.base_url}{where}", headers=headers, json=body)


def as_function(stack: RunningStack, function: str, service: str) -> Any:
    """Return a client with the rights of the function's role, as its own code has them."""
    iam: IAMClient = stack.client("iam")
    sts: STSClient = stack.client("sts")
    name = f"{PREFIX}-{function}"
    role = stack.client("lambda").get_function_configuration(FunctionName=name)["Role"]
    assert role in {known["Arn"] for known in iam.list_roles()["Roles"]}
    lent = sts.assume_role(RoleArn=role, RoleSessionName="intruder")["Credentials"]
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=stack.aws.endpoint,
        region_name=REGION,
        aws_access_key_id=lent["AccessKeyId"],
        aws_secret_access_key=lent["SecretAccessKey"],
        aws_session_token=lent["SessionToken"],
        config=CONFIG,
    )
