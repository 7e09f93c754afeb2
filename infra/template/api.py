"""The REST API: every operation of the contract goes to the api function of its service."""

import hashlib
import json
from typing import Any, Final

from troposphere import GetAtt, If, Join, Output, Ref, Sub, Template
from troposphere.apigateway import (
    AccessLogSetting,
    Account,
    ApiStage,
    Deployment,
    EndpointConfiguration,
    GatewayResponse,
    MethodSetting,
    RestApi,
    Stage,
    ThrottleSettings,
    UsagePlan,
)
from troposphere.awslambda import Permission
from troposphere.iam import Role
from troposphere.logs import LogGroup

from infra.template import body as definition
from infra.template.functions import api as api_function
from infra.template.naming import API_STAGE, named
from infra.template.parameters import KEYED, ON_MINISTACK, OWN_LOG_ROLE, UNKEYED
from infra.template.problems import REFUSALS, Refusal, response

# One line per request. Who called (sub) but not from where: an address is personal data.
ACCESS_LOG: Final = {
    "request_id": "$context.requestId",
    "time": "$context.requestTime",
    "method": "$context.httpMethod",
    "path": "$context.resourcePath",
    "status": "$context.status",
    "latency_ms": "$context.responseLatency",
    "integration_latency_ms": "$context.integrationLatency",
    "response_bytes": "$context.responseLength",
    "user_id": "$context.authorizer.claims.sub",
    "error": "$context.error.responseType",
}


def add(template: Template) -> None:
    """Add the API, its deployment and stage, its logs, its limits and its permissions."""
    contract = definition.contract()
    body = definition.body(contract)
    template.add_resource(
        RestApi(
            "Api",
            Name=named("api"),
            Body=body,
            # W3660 warns of resources beside a body; these are on MiniStack only (_emulated).
            Metadata={"cfn-lint": {"config": {"ignore_checks": ["W3660"]}}},
            EndpointConfiguration=EndpointConfiguration(Types=["REGIONAL"]),
        )
    )
    for refusal in REFUSALS:
        template.add_resource(_emulated(refusal))
    deployment = _deployment(template, body)
    _add_logs(template)
    template.add_resource(_stage(deployment))
    template.add_resource(_usage_plan())
    for service in definition.services(contract):
        template.add_resource(_permission(api_function(service).logical_id))
    url = "https://${Api}.execute-api.${AWS::Region}.${AWS::URLSuffix}/" + API_STAGE
    template.add_output(Output("ApiId", Value=Ref("Api")))
    template.add_output(Output("ApiUrl", Value=Sub(url)))


def _emulated(refusal: Refusal) -> GatewayResponse:
    """A gateway response as a resource, for MiniStack, which does not import those of the body.

    On AWS it is the other way round: importing a changed body resets the responses outside it.
    """
    given = response(refusal)
    return GatewayResponse(
        _response_id(refusal),
        Condition=ON_MINISTACK,
        RestApiId=Ref("Api"),
        ResponseType=refusal.kind,
        StatusCode=given["statusCode"],
        ResponseParameters=given["responseParameters"],
        ResponseTemplates=given["responseTemplates"],
    )


def _response_id(refusal: Refusal) -> str:
    return f"{refusal.title}Response"


def _deployment(template: Template, body: dict[str, object]) -> If:
    """A deployment is a snapshot: only another logical id makes CloudFormation take another one."""
    text = json.dumps(RestApi("Api", Body=body).to_dict(), sort_keys=True)
    digest = hashlib.sha256(text.encode()).hexdigest()[:12]
    # ApiKeyRequired changes the body's meaning, but not its text: a deployment for each.
    # A reference puts it after what it should contain; DependsOn may not name what may be absent.
    description = If(
        ON_MINISTACK, Join(" ", [Ref(_response_id(refusal)) for refusal in REFUSALS]), digest
    )
    ids = {KEYED: f"KeyedDeployment{digest}", UNKEYED: f"Deployment{digest}"}
    for condition, title in ids.items():
        template.add_resource(
            Deployment(title, Condition=condition, RestApiId=Ref("Api"), Description=description)
        )
    return If(KEYED, Ref(ids[KEYED]), Ref(ids[UNKEYED]))


def _add_logs(template: Template) -> None:
    template.add_resource(
        LogGroup(
            "ApiAccessLogs",
            LogGroupName=named("api-access"),
            RetentionInDays=Ref("LogRetentionDays"),
        )
    )
    trust = {
        "Effect": "Allow",
        "Principal": {"Service": "apigateway.amazonaws.com"},
        "Action": "sts:AssumeRole",
    }
    managed = "service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    # The account's APIs share the role, so it outlives this stack. API Gateway accepts no role that
    # can do less than AWS's own policy.
    kept: dict[str, Any] = {
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Condition": OWN_LOG_ROLE,
    }
    template.add_resource(
        Role(
            "ApiLoggingRole",
            **kept,
            AssumeRolePolicyDocument={"Version": "2012-10-17", "Statement": [trust]},
            ManagedPolicyArns=[Sub(f"arn:${{AWS::Partition}}:iam::aws:policy/{managed}")],
        )
    )
    role = GetAtt("ApiLoggingRole", "Arn")
    template.add_resource(Account("ApiLoggingAccount", **kept, CloudWatchRoleArn=role))


def _stage(deployment: If) -> Stage:
    return Stage(
        "ApiStage",
        RestApiId=Ref("Api"),
        DeploymentId=deployment,
        StageName=API_STAGE,
        # A reference, because there can be no logs before the account's role is set.
        Description=If(
            OWN_LOG_ROLE, Sub("Logs by ${ApiLoggingAccount}"), "Logs by the account's role"
        ),
        AccessLogSetting=AccessLogSetting(
            DestinationArn=GetAtt("ApiAccessLogs", "Arn"),
            Format=json.dumps(ACCESS_LOG),
        ),
        MethodSettings=[
            MethodSetting(
                ResourcePath="/*",
                HttpMethod="*",
                ThrottlingRateLimit=Ref("ApiRequestsPerSecond"),
                ThrottlingBurstLimit=Ref("ApiRequestsBurst"),
                DataTraceEnabled=False,  # would log bodies
                LoggingLevel="OFF",
            )
        ],
    )


def _usage_plan() -> UsagePlan:
    """The limit of each client; it has an effect only when ApiKeyRequired is true."""
    return UsagePlan(
        "ClientUsagePlan",
        DependsOn=["ApiStage"],
        UsagePlanName=named("clients"),
        Description="The limit of each client that has a key.",
        ApiStages=[ApiStage(ApiId=Ref("Api"), Stage=API_STAGE)],
        Throttle=ThrottleSettings(
            RateLimit=Ref("ClientRequestsPerSecond"), BurstLimit=Ref("ClientRequestsBurst")
        ),
    )


def _permission(function: str) -> Permission:
    """Let this API's stage invoke the function; its definition decides which operation does."""
    source = "arn:${AWS::Partition}:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/"
    return Permission(
        f"{function}ApiPermission",
        Action="lambda:InvokeFunction",
        FunctionName=GetAtt(function, "Arn"),
        Principal="apigateway.amazonaws.com",
        SourceArn=Sub(f"{source}{API_STAGE}/*"),
    )
