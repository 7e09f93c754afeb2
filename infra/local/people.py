"""The people of a local stack: who they are, how they sign in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from infra.local.clients import LocalAws
from infra.local.home import Home
from infra.local.processes import LocalError

if TYPE_CHECKING:
    from mypy_boto3_cognito_idp import CognitoIdentityProviderClient

# Name -> groups. The first two are customers.
PEOPLE: Final[Mapping[str, tuple[str, ...]]] = {
    "alice": (),
    "bob": (),
    "olivia": ("operator",),
}
OF_ROLE: Final[Mapping[str, str]] = {"operator": "olivia"}


def ensure_people(aws: LocalAws, home: Home, outputs: Mapping[str, str]) -> None:
    """Create who is missing, with a password of this stack's own."""
    cognito: CognitoIdentityProviderClient = aws.client("cognito-idp")
    pool = outputs["UserPoolId"]
    known = {user["Username"] for user in cognito.list_users(UserPoolId=pool)["Users"]}
    for name in PEOPLE.keys() - known:
        cognito.admin_create_user(
            UserPoolId=pool,
            Username=name,
            MessageAction="SUPPRESS",
            # MiniStack would draw one that its own password policy refuses.
            TemporaryPassword=home.secret(name),
        )
    for name, groups in PEOPLE.items():
        cognito.admin_set_user_password(
            UserPoolId=pool, Username=name, Password=home.secret(name), Permanent=True
        )
        for group in groups:
            cognito.admin_add_user_to_group(UserPoolId=pool, Username=name, GroupName=group)


def token(aws: LocalAws, home: Home, outputs: Mapping[str, str], name: str) -> str:
    """A bearer token of this person. Raises LocalError for a stranger."""
    if name not in PEOPLE:
        raise LocalError(f"Nobody here is called {name}. There are: {', '.join(PEOPLE)}")
    cognito: CognitoIdentityProviderClient = aws.client("cognito-idp")
    signed_in = cognito.initiate_auth(
        ClientId=outputs["UserPoolClientId"],
        AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": name, "PASSWORD": home.secret(name)},
    )
    # API Gateway's authorizer wants the identity token: it names the caller and the groups.
    return signed_in["AuthenticationResult"]["IdToken"]


def user_id(aws: LocalAws, outputs: Mapping[str, str], name: str) -> str:
    """Return the id by which the API knows this person."""
    cognito: CognitoIdentityProviderClient = aws.client("cognito-idp")
    user = cognito.admin_get_user(UserPoolId=outputs["UserPoolId"], Username=name)
    return next(item["Value"] for item in user["UserAttributes"] if item["Name"] == "sub")
