"""Who calls: a Cognito user pool. The caller is the token's `sub`, the roles are its groups."""

from typing import Final

from troposphere import If, Output, Ref, Template
from troposphere.cognito import (
    AccountRecoverySetting,
    AdminCreateUserConfig,
    PasswordPolicy,
    Policies,
    RecoveryOption,
    TokenValidityUnits,
    UsernameConfiguration,
    UserPool,
    UserPoolClient,
    UserPoolGroup,
)

from infra.template.data import KEPT
from infra.template.naming import named
from infra.template.parameters import PROTECTED, SANDBOX

PASSWORD_CHARACTERS_MIN: Final = 14
INVITATION_DAYS: Final = 3
TOKEN_MINUTES: Final = 60
SIGN_IN_DAYS: Final = 1
SIGN_IN_FLOWS: Final = ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"]


def add(template: Template) -> None:
    """Add the pool, its one client and its one role."""
    template.add_resource(_pool())
    template.add_resource(_client())
    template.add_resource(
        UserPoolGroup(
            "OperatorGroup",
            UserPoolId=Ref("UserPool"),
            GroupName="operator",
            Description="May deposit, and review failed events.",
        )
    )
    template.add_output(Output("UserPoolId", Value=Ref("UserPool")))
    template.add_output(Output("UserPoolClientId", Value=Ref("UserPoolClient")))


def _pool() -> UserPool:
    return UserPool(
        "UserPool",
        **KEPT,  # wallets belong to a `sub`, which a new pool would not give out again
        UserPoolName=named("users"),
        UserPoolTier="ESSENTIALS",
        AdminCreateUserConfig=AdminCreateUserConfig(AllowAdminCreateUserOnly=True),
        UsernameConfiguration=UsernameConfiguration(CaseSensitive=False),
        Policies=Policies(
            PasswordPolicy=PasswordPolicy(
                MinimumLength=PASSWORD_CHARACTERS_MIN,
                RequireLowercase=True,
                RequireUppercase=True,
                RequireNumbers=True,
                RequireSymbols=True,
                TemporaryPasswordValidityDays=INVITATION_DAYS,
            )
        ),
        MfaConfiguration="OPTIONAL",
        EnabledMfas=["SOFTWARE_TOKEN_MFA"],
        # Access to a user's mail is not enough to become that user.
        AccountRecoverySetting=AccountRecoverySetting(
            RecoveryMechanisms=[RecoveryOption(Name="admin_only", Priority=1)]
        ),
        DeletionProtection=If(PROTECTED, "ACTIVE", "INACTIVE"),
    )


def _client() -> UserPoolClient:
    return UserPoolClient(
        "UserPoolClient",
        UserPoolId=Ref("UserPool"),
        ClientName=named("api"),
        GenerateSecret=False,  # a program on a user's machine keeps no secret
        # Only a sandbox takes a password as it is; elsewhere it never leaves the user's machine.
        ExplicitAuthFlows=If(SANDBOX, ["ALLOW_USER_PASSWORD_AUTH", *SIGN_IN_FLOWS], SIGN_IN_FLOWS),
        SupportedIdentityProviders=["COGNITO"],
        PreventUserExistenceErrors="ENABLED",
        EnableTokenRevocation=True,
        AccessTokenValidity=TOKEN_MINUTES,
        IdTokenValidity=TOKEN_MINUTES,
        RefreshTokenValidity=SIGN_IN_DAYS,
        TokenValidityUnits=TokenValidityUnits(
            AccessToken="minutes", IdToken="minutes", RefreshToken="days"
        ),
    )
