"""The running system as an attacker meets it: IAM enforced, no sandbox, home-made tokens."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

import boto3
import httpx
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from generated.contract import Operation
from infra.local.clients import CONFIG, REGION
from infra.local.http import http
from infra.local.stack import PREFIX, LocalStack
from tests.flows.town import Json, Town, until
from tests.security.tokens import Issuer, Scene

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_sts import STSClient

# What stands for a path parameter where a test has nothing of its own to name.
SOMETHING: Final = {
    "payment_id": "pay_mfzxgk3bojzwc5dfnvsw45dpme",
    "failed_event_id": "fev_mzqws3dfmqqhi2djnzttemrtgq",
    "currency": "EUR",
}
# A body that each operation with one understands.
BODIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "createPayment": {"amount": {"value": 1, "currency": "EUR"}, "payee": "coffee-shop-42"},
    "createDeposit": {"amount": {"value": 1, "currency": "EUR"}},
    "redriveFailedEvent": {"note": "let me in"},
    "discardFailedEvent": {"note": "let me in"},
}


@dataclass
class Fortress(Town):
    """A town whose people get their tokens from the pool's key: nobody signs in by password."""

    stack: LocalStack

    @cached_property
    def pool(self) -> Issuer:
        outputs = self.stack.outputs
        return self._issuer(outputs["UserPoolId"], outputs["UserPoolClientId"])

    @cached_property
    def other_pool(self) -> Issuer:
        """Another pool of the same account, such as another product's."""
        cognito: CognitoIdentityProviderClient = self.stack.client("cognito-idp")
        made = cognito.create_user_pool(PoolName="another-product")["UserPool"]["Id"]
        client = cognito.create_user_pool_client(UserPoolId=made, ClientName="its-client")
        return self._issuer(made, client["UserPoolClient"]["ClientId"])

    def _issuer(self, pool: str, client_id: str) -> Issuer:
        # Asked for its public keys, the pool makes them, and stores the private ones.
        jwks = http().get(f"{self.stack.aws.endpoint}/{pool}/.well-known/jwks.json")
        assert jwks.is_success, jwks.text
        stored = self.stack.home.ministack / "cognito-pool-keys" / f"{pool}-id.pem"
        key = serialization.load_pem_private_key(stored.read_bytes(), password=None)
        assert isinstance(key, rsa.RSAPrivateKey)
        return Issuer(f"https://cognito-idp.{REGION}.amazonaws.com/{pool}", client_id, key)

    def subject(self, name: str) -> str:
        cognito: CognitoIdentityProviderClient = self.stack.client("cognito-idp")
        pool = self.stack.outputs["UserPoolId"]
        found = cognito.admin_get_user(UserPoolId=pool, Username=name)["UserAttributes"]
        return next(one["Value"] for one in found if one["Name"] == "sub")

    @cached_property
    def scene(self) -> Scene:
        return Scene(self.pool, self.other_pool, self.subject("olivia"), "operator")

    def token(self, name: str) -> str:
        groups = ("operator",) if name == "olivia" else ()
        return self.pool.token(self.subject(name), *groups)

    def call(
        self, name: str, method: str, path: str, *, key: str | None = None, body: Json | None = None
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.token(name)}"}
        headers |= {"Idempotency-Key": key} if key else {}
        url = f"{self.stack.base_url}{path}"
        return http().request(method, url, headers=headers, json=body)

    def fund(self, name: str, value: int, currency: str) -> None:
        """An operator puts money into somebody's wallet."""
        body = {"amount": {"value": value, "currency": currency}, "user_id": self.subject(name)}
        path = f"/wallets/{currency}/deposits"
        answer = self.call("olivia", "POST", path, key=str(uuid.uuid4()), body=body)
        assert answer.status_code == httpx.codes.CREATED, answer.text

    def attempt(
        self,
        operation: Operation,
        authorization: str | None,
        path: Mapping[str, str] | None = None,
    ) -> httpx.Response:
        """Ask for an operation, complete and well formed, with this Authorization header."""
        where = operation.path.format_map({**SOMETHING, **(path or {})})
        headers = {"Idempotency-Key": str(uuid.uuid4())}
        headers |= {"Authorization": authorization} if authorization is not None else {}
        return http().request(
            operation.method,
            f"{self.stack.base_url}{where}",
            headers=headers,
            json=BODIES.get(operation.operation_id),
        )

    def roles(self) -> dict[str, str]:
        """Function → the ARN of its role."""
        iam: IAMClient = self.stack.client("iam")
        functions = self.stack.client("lambda").list_functions()["Functions"]
        known = {role["Arn"] for role in iam.list_roles()["Roles"]}
        found = {f["FunctionName"].removeprefix(f"{PREFIX}-"): f["Role"] for f in functions}
        assert set(found.values()) <= known
        return found

    def as_role(self, role: str, service: str) -> Any:
        """A client that may do what the role may, as code in its function could."""
        sts: STSClient = self.stack.client("sts")
        lent = sts.assume_role(RoleArn=role, RoleSessionName="intruder")["Credentials"]
        return boto3.client(
            service,  # type: ignore[call-overload]
            endpoint_url=self.stack.aws.endpoint,
            region_name=REGION,
            aws_access_key_id=lent["AccessKeyId"],
            aws_secret_access_key=lent["SecretAccessKey"],
            aws_session_token=lent["SessionToken"],
            config=CONFIG,
        )

    def money(self) -> dict[str, tuple[int, int]]:
        """Every wallet there is: available and reserved."""
        scanned = self.stack.client("dynamodb").scan(TableName=self.stack.outputs["WalletsTable"])
        return {
            item["wallet_id"]["S"]: (int(item["available"]["N"]), int(item["reserved"]["N"]))
            for item in scanned["Items"]
            if item["entry"]["S"] == "BALANCE"
        }

    def charged(self) -> int:
        """How many charges the gateway made, ever."""
        totals = self._simulator("/simulator/charges")["totals"]
        return int(totals["charged"])

    def logs(self) -> dict[str, str]:
        """Log group → everything that is in it; and what the processes of the stack wrote."""
        client = self.stack.client("logs")
        found = {}
        for group in client.describe_log_groups()["logGroups"]:
            pages = client.get_paginator("filter_log_events").paginate(
                logGroupName=group["logGroupName"]
            )
            events = [event["message"] for page in pages for event in page["events"]]
            found[group["logGroupName"]] = "\n".join(events)
        for path in (self.stack.home.directory / "log").glob("*.log"):
            found[path.name] = path.read_text(errors="replace")
        return found

    def parked(self, body: str) -> Mapping[str, Any]:
        """The failed event with this body, once it is there."""
        seen = until(
            "the parked message",
            self.failed_events,
            lambda events: any(json.dumps(e["body"]) == json.dumps(body) for e in events),
        )
        return next(event for event in seen if event["body"] == body)
