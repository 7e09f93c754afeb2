"""What a deployment may choose, and the conditions that follow from it."""

from typing import Final

from troposphere import Equals, If, Not, NoValue, Parameter, Ref, Template

from generated.catalogue import SERVICES
from infra.template.naming import camel

# Names are bounded by SQS (80 characters): the longest one leaves 12 for the stage.
STAGE_PATTERN: Final = "^[a-z][a-z0-9]{0,11}$"
LOG_RETENTION_DAYS: Final = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1827]
SWITCH: Final = {"Type": "String", "AllowedValues": ["true", "false"]}

PROTECTED: Final = "DeletionIsProtected"
SANDBOX: Final = "StageIsSandbox"
ON_MINISTACK: Final = "RunsOnMiniStack"
KEYED: Final = "ClientsAreKeyed"
UNKEYED: Final = "ClientsAreNotKeyed"
OWN_LOG_ROLE: Final = "ApiLogRoleIsOurs"
EMAILED: Final = "AlarmsAreEmailed"


def code_key(service: str) -> str:
    """The parameter that holds the S3 key of the service's package."""
    return f"{camel(service)}CodeKey"


def on_aws(value: object) -> If:
    """`value` on AWS, nothing on MiniStack, where it would break what AWS needs it for."""
    return If(ON_MINISTACK, NoValue, value)


def declare(template: Template) -> None:
    """Add every parameter and condition."""
    for title, properties in _parameters().items():
        template.add_parameter(Parameter(title, **properties))
    template.add_condition(PROTECTED, Equals(Ref("DeletionProtection"), "true"))
    template.add_condition(SANDBOX, Equals(Ref("Sandbox"), "true"))
    template.add_condition(KEYED, Equals(Ref("ApiKeyRequired"), "true"))
    template.add_condition(UNKEYED, Equals(Ref("ApiKeyRequired"), "false"))
    template.add_condition(OWN_LOG_ROLE, Equals(Ref("ApiLogRole"), "create"))
    template.add_condition(EMAILED, Not(Equals(Ref("AlarmEmail"), "")))
    template.add_condition(ON_MINISTACK, Equals(Ref("Platform"), "ministack"))


def _parameters() -> dict[str, dict[str, object]]:
    return {**_code(), **_behaviour(), **_operations(), **_limits()}


def _code() -> dict[str, dict[str, object]]:
    keys: dict[str, dict[str, object]] = {
        code_key(service): {"Type": "String", "Description": f"S3 key of the {service} package."}
        for service in SERVICES
    }
    return {
        "Stage": {
            "Type": "String",
            "Default": "dev",
            "AllowedPattern": STAGE_PATTERN,
            "ConstraintDescription": "1 to 12 lower-case letters and digits, a letter first",
            "Description": "Which copy of the system this is; the stack is payments-<stage>.",
        },
        "CodeBucket": {"Type": "String", "Description": "S3 bucket of the service packages."},
        **keys,
        "Runtime": {"Type": "String", "Default": "python3.13"},
        "Architecture": {
            "Type": "String",
            "Default": "arm64",
            "AllowedValues": ["arm64", "x86_64"],
            "Description": "What the packages were built for.",
        },
        "SnapStart": {
            "Type": "String",
            "Default": "None",
            "AllowedValues": ["None", "PublishedVersions"],
            "Description": "Keep a snapshot of each started function's published versions.",
        },
    }


def _behaviour() -> dict[str, dict[str, object]]:
    return {
        "ExpirySeconds": {
            "Type": "Number",
            "Default": 900,
            "MinValue": 1,
            "MaxValue": 900,
            "Description": "How long a reservation holds; the delay of delayed queues (SQS: 900).",
        },
        "Platform": {
            "Type": "String",
            "Default": "aws",
            "AllowedValues": ["aws", "ministack"],
            "Description": "What runs the stack; the template explains each difference.",
        },
        "Sandbox": {
            **SWITCH,
            "Default": "false",
            "Description": "Any user may deposit, and sign in with a password.",
        },
        "GatewayUrl": {"Type": "String", "Description": "Base URL of the external gateway."},
    }


def _operations() -> dict[str, dict[str, object]]:
    return {
        "DeletionProtection": {
            **SWITCH,
            "Default": "true",
            "Description": "Tables and user pool refuse to be deleted.",
        },
        "LogRetentionDays": {
            "Type": "Number",
            "Default": 30,
            "AllowedValues": LOG_RETENTION_DAYS,
        },
        "LogLevel": {
            "Type": "String",
            "Default": "INFO",
            # Metrics travel as INFO log lines: a higher level would silence them.
            "AllowedValues": ["DEBUG", "INFO"],
        },
        "AlarmEmail": {
            "Type": "String",
            "Default": "",
            "Description": "Who is notified of alarms; empty: nobody is subscribed.",
        },
        "ApiLogRole": {
            "Type": "String",
            "Default": "create",
            "AllowedValues": ["create", "existing"],
            "Description": "API Gateway writes logs with one role per account and region.",
        },
    }


def _limits() -> dict[str, dict[str, object]]:
    return {
        "QueueConcurrency": {
            "Type": "Number",
            "Default": 10,
            "MinValue": 2,
            "MaxValue": 1000,
            "Description": "Batches of one queue that are handled at a time.",
        },
        "ApiRequestsPerSecond": {"Type": "Number", "Default": 100, "MinValue": 1},
        "ApiRequestsBurst": {"Type": "Number", "Default": 200, "MinValue": 1},
        "ApiKeyRequired": {
            **SWITCH,
            "Default": "false",
            "Description": "Each client sends the x-api-key of its usage plan.",
        },
        "ClientRequestsPerSecond": {"Type": "Number", "Default": 20, "MinValue": 1},
        "ClientRequestsBurst": {"Type": "Number", "Default": 40, "MinValue": 1},
    }
