"""From FUNCTIONS to resources: a log group, a role and a function each."""

from typing import Final

from troposphere import GetAtt, If, Ref, Template
from troposphere.awslambda import Code, Environment, SnapStart, TracingConfig
from troposphere.awslambda import Function as LambdaFunction
from troposphere.iam import Policy, Role
from troposphere.logs import LogGroup

from infra.services.rows import (
    BUS,
    GATEWAY_KEY,
    STORES,
    stream_owners,
    streamed_tables,
)
from infra.template.amended import FunctionLogging
from infra.template.functions import FUNCTIONS, Function
from infra.template.naming import METRICS_NAMESPACE, camel, named
from infra.template.parameters import SANDBOX, code_key
from infra.template.permissions import log_group, statements, table

# Snapshots belong to published versions. To use SnapStart, publish versions and point the sources
# at them; without it nothing here needs a version.
UNPUBLISHED: Final = {"cfn-lint": {"config": {"ignore_checks": ["W1030"]}}}

# The variables that a function needs because of what it may do.
VARIABLES: Final[dict[str, dict[str, object]]] = {
    **{f"table/{store.name}": {store.variable: Ref(table(store.name))} for store in STORES},
    **{f"stream/{name}": {"TABLE_OWNERS": stream_owners()} for name in streamed_tables()},
    BUS: {"EVENT_BUS": Ref("EventBus")},
    GATEWAY_KEY: {
        "GATEWAY_URL": Ref("GatewayUrl"),
        "GATEWAY_SECRET_ID": GetAtt("GatewaySecret", "Id"),
    },
}


def add(template: Template) -> None:
    """Add every function with its role and its log group."""
    for function in FUNCTIONS:
        template.add_resource(
            LogGroup(
                log_group(function),
                LogGroupName=named(function.name, before="/aws/lambda/"),
                RetentionInDays=Ref("LogRetentionDays"),
            )
        )
        template.add_resource(_role(function))
        template.add_resource(_function(function))


def _role(function: Function) -> Role:
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "lambda.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    policy = Policy(
        PolicyName="grants",
        PolicyDocument={"Version": "2012-10-17", "Statement": statements(function)},
    )
    return Role(
        f"{camel(function.name)}Role",
        AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
        Policies=[policy],
    )


def _function(function: Function) -> LambdaFunction:
    return LambdaFunction(
        function.logical_id,
        Metadata=UNPUBLISHED,
        FunctionName=named(function.name),
        Handler=function.handler,
        Runtime=Ref("Runtime"),
        Architectures=[Ref("Architecture")],
        Code=Code(S3Bucket=Ref("CodeBucket"), S3Key=Ref(code_key(function.service))),
        Role=GetAtt(f"{camel(function.name)}Role", "Arn"),
        Timeout=function.timeout_s,
        MemorySize=function.memory_mb,
        Environment=Environment(Variables=_variables(function)),
        # Powertools writes JSON; with this the platform's own lines are JSON too.
        LoggingConfig=FunctionLogging(
            LogFormat="JSON",
            ApplicationLogLevel=Ref("LogLevel"),
            # Three lines of the platform's per invocation would cost more than all of ours.
            SystemLogLevel="WARN",
            LogGroup=Ref(log_group(function)),
        ),
        SnapStart=SnapStart(ApplyOn=Ref("SnapStart")),
        # The correlation id follows a payment through logs; a second trail would cost more CPU.
        TracingConfig=TracingConfig(Mode="PassThrough"),
    )


def _variables(function: Function) -> dict[str, object]:
    variables: dict[str, object] = {
        "ACCOUNT_ID": Ref("AWS::AccountId"),
        "PREFIX": named(),
        "STAGE": Ref("Stage"),
        "EXPIRY_S": Ref("ExpirySeconds"),
        "SANDBOX": If(SANDBOX, "true", "false"),
        "LOG_LEVEL": Ref("LogLevel"),
        "POWERTOOLS_SERVICE_NAME": function.service,
        "POWERTOOLS_METRICS_NAMESPACE": METRICS_NAMESPACE,
        "PYDANTIC_DISABLE_PLUGINS": "__all__",  # looking for them takes a part of a cold start
    }
    if function.role == "api":
        variables["AUDIENCE"] = Ref("UserPoolClient")
    for grant in function.grants:
        variables |= VARIABLES.get(grant.on, {})
    return variables
