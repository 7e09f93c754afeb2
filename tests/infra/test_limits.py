"""The template stays within what AWS takes, also with the longest name of a stage."""

import json
import re
from typing import Any

import pytest

from infra.template import build_template
from infra.template.parameters import STAGE_PATTERN
from infra.template.stack import render
from tests.infra.rendered import Stack, stack

LONGEST_STAGE = "a" * 12
# Kind of resource → property with the physical name, and how many characters it may have.
NAMES = {
    "SQS::Queue": ("QueueName", 80),
    "Lambda::Function": ("FunctionName", 64),
    "DynamoDB::Table": ("TableName", 255),
    "CloudWatch::Alarm": ("AlarmName", 255),
    "Events::EventBus": ("Name", 256),
    "SNS::Topic": ("TopicName", 256),
    "Cognito::UserPool": ("UserPoolName", 128),
    "SecretsManager::Secret": ("Name", 512),
}
ARN = f"arn:aws:dynamodb:ap-southeast-2:123456789012:{'x' * 80}"


@pytest.fixture(scope="module")
def longest() -> Stack:
    return stack(Stage=LONGEST_STAGE)


def spelt_out(document: Any) -> int:
    """Characters of a policy when every reference in it is an ARN of the longest kind."""
    text = json.dumps(document, separators=(",", ":"))
    return len(re.sub(r"\w+\.(Arn|StreamArn|Id)", ARN, text))


def test_cloudformation_takes_the_template_out_of_a_bucket() -> None:
    template = build_template().to_dict()

    assert len(template["Resources"]) <= 500
    assert len(template["Parameters"]) <= 200
    assert len(template["Outputs"]) <= 200
    # More than 51,200 bytes, so it cannot be sent inline: it needs an S3 bucket.
    assert 51_200 < len(render().encode()) <= 1_000_000


def test_the_longest_stage_is_what_the_parameter_takes() -> None:
    assert re.fullmatch(STAGE_PATTERN, LONGEST_STAGE)
    assert not re.fullmatch(STAGE_PATTERN, LONGEST_STAGE + "a")


@pytest.mark.parametrize("kind", NAMES)
def test_every_name_begins_with_the_prefix_and_is_short_enough(longest: Stack, kind: str) -> None:
    name_property, characters_max = NAMES[kind]

    names = [properties[name_property] for properties in longest.of(kind).values()]

    assert names
    assert all(name.startswith(f"payments-{LONGEST_STAGE}-") for name in names)
    assert max(map(len, names)) <= characters_max


def test_policies_fit_into_what_iam_sqs_and_lambda_store(longest: Stack) -> None:
    for role in longest.of("IAM::Role").values():
        assert spelt_out(role.get("Policies", [])) <= 10_240
    for policy in longest.of("SQS::QueuePolicy").values():
        assert spelt_out(policy["PolicyDocument"]) <= 8_192
    by_function: dict[str, int] = {}
    for permission in longest.of("Lambda::Permission").values():
        name = permission["FunctionName"]
        by_function[name] = by_function.get(name, 0) + spelt_out(permission) + 200
    assert max(by_function.values()) <= 20_480


def test_the_same_catalogue_and_contract_give_the_same_template() -> None:
    assert render() == render()
