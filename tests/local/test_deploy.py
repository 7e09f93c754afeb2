"""Deployments by change set, against a bare MiniStack."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing

import boto3
import pytest

from infra.deploy.aws import Aws, DeployError, NoCredentialsHereError, connect
from infra.deploy.deployment import Release, code_parameter, deploy
from infra.local import ministack
from infra.local.clients import LocalAws
from infra.local.home import Home

POLL_S = 0.05
PARAMETERS = {
    "Stage": {"Type": "String"},
    "CodeBucket": {"Type": "String"},
    "Colour": {"Type": "String"},
    "Size": {"Type": "String", "Default": "small"},
}
QUEUE = {
    "Type": "AWS::SQS::Queue",
    "Properties": {"QueueName": {"Fn::Sub": "${Stage}-${Colour}-${Size}"}},
}
NEVER_DONE = {
    "Handle": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
    "Wait": {
        "Type": "AWS::CloudFormation::WaitCondition",
        "Properties": {"Handle": {"Ref": "Handle"}, "Timeout": "1", "Count": 1},
    },
}


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    home = Home(tmp_path_factory.mktemp("ministack"))
    running = ministack.launch(home, dependencies=home.directory, iam_enforced=False, workers_max=2)
    try:
        ministack.await_ready(running)
        with (
            closing(LocalAws(running.endpoint)) as local,
            closing(connect(local.session, local.endpoint)) as connected,
        ):
            yield connected
    finally:
        running.stop()


def release(stage: str, resources: dict[str, object], **parameters: str) -> Release:
    template = {
        "Parameters": PARAMETERS,
        "Resources": resources,
        "Outputs": {"Queue": {"Value": {"Fn::GetAtt": ["Queue", "QueueName"]}}},
    }
    return Release(stage, json.dumps(template), (), parameters)


def test_a_second_deployment_of_the_same_changes_nothing(aws: Aws) -> None:
    steps: list[str] = []
    deploy(aws, release("same", {"Queue": QUEUE}, Colour="red"), steps.append, POLL_S)

    outputs = deploy(aws, release("same", {"Queue": QUEUE}), steps.append, POLL_S)

    assert steps[-1] == "no changes"
    assert outputs == {"Queue": "same-red-small"}


def test_a_parameter_that_was_given_once_is_kept(aws: Aws) -> None:
    deploy(aws, release("kept", {"Queue": QUEUE}, Colour="red"), print_nothing, POLL_S)

    outputs = deploy(aws, release("kept", {"Queue": QUEUE}, Size="large"), print_nothing, POLL_S)

    assert outputs == {"Queue": "kept-red-large"}


def test_a_first_deployment_names_the_parameters_that_it_needs(aws: Aws) -> None:
    with pytest.raises(DeployError, match=r"--parameter Colour=\.\.\."):
        deploy(aws, release("open", {"Queue": QUEUE}), print_nothing, POLL_S)


def test_a_failed_deployment_names_the_resource_and_the_reason(aws: Aws) -> None:
    resources = {"Queue": QUEUE, **NEVER_DONE}

    with pytest.raises(DeployError, match="Wait: WaitCondition timed out"):
        deploy(aws, release("failed", resources, Colour="red"), print_nothing, POLL_S)


def test_the_artifact_bucket_is_private_and_encrypted(aws: Aws) -> None:
    deploy(aws, release("safe", {"Queue": QUEUE}, Colour="red"), print_nothing, POLL_S)
    bucket = f"payments-safe-artifacts-{aws.account}-{aws.region}"

    blocked = aws.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    rules = aws.s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]

    assert all(blocked.values())
    assert rules["Rules"][0]["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"


def test_without_credentials_the_error_names_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/dev/null")

    with pytest.raises(NoCredentialsHereError, match="make run"):
        connect(boto3.session.Session(region_name="us-east-1"))


def test_a_code_parameter_is_named_after_its_service() -> None:
    assert code_parameter("payment-orchestrator") == "PaymentOrchestratorCodeKey"


def print_nothing(_what: str) -> None:
    """Discard the progress: no test reads it."""
