"""What is kept is encrypted, can be restored, and is not deleted by accident."""

import string

import pytest

from infra.services.rows import STORES
from tests.infra.rendered import Stack, on_aws, on_ministack, stack

KEPT_TYPES = {"AWS::DynamoDB::Table", "AWS::Cognito::UserPool"}


def test_every_table_is_encrypted_on_demand_and_restorable_to_any_second() -> None:
    for table in on_aws().of("DynamoDB::Table").values():
        assert table["SSESpecification"] == {"SSEEnabled": True}
        assert table["BillingMode"] == "PAY_PER_REQUEST"
        recovery = table["PointInTimeRecoverySpecification"]
        assert recovery == {"PointInTimeRecoveryEnabled": True}


def test_tables_and_users_outlive_their_stack_and_their_replacement() -> None:
    kept = [r for r in on_aws().resources.values() if r["Type"] in KEPT_TYPES]

    assert len(kept) == len(STORES) + 1  # and the users
    assert {r["DeletionPolicy"] for r in kept} == {"RetainExceptOnCreate"}
    assert {r["UpdateReplacePolicy"] for r in kept} == {"Retain"}


@pytest.mark.parametrize(
    ("given", "table", "pool"), [("true", True, "ACTIVE"), ("false", False, "INACTIVE")]
)
def test_a_parameter_decides_whether_tables_and_users_may_be_deleted(
    given: str, table: bool, pool: str
) -> None:
    built = stack(DeletionProtection=given)

    tables = built.of("DynamoDB::Table").values()
    assert {t["DeletionProtectionEnabled"] for t in tables} == {table}
    assert built.of("Cognito::UserPool")["UserPool"]["DeletionProtection"] == pool


def test_only_settled_failed_events_are_ever_purged() -> None:
    tables = on_aws().of("DynamoDB::Table")

    purged = {title for title, table in tables.items() if "TimeToLiveSpecification" in table}

    assert purged == {"FailedEventsTable"}


def test_an_index_declares_exactly_the_attributes_that_are_keys() -> None:
    for table in on_aws().of("DynamoDB::Table").values():
        keys = [*table["KeySchema"]]
        for index in table.get("GlobalSecondaryIndexes", []):
            keys += index["KeySchema"]
        declared = {a["AttributeName"] for a in table["AttributeDefinitions"]}
        assert declared == {key["AttributeName"] for key in keys}


def test_every_queue_is_encrypted_and_keeps_messages_as_long_as_sqs_can() -> None:
    for queue in on_aws().of("SQS::Queue").values():
        assert queue["SqsManagedSseEnabled"] is True
        assert queue["MessageRetentionPeriod"] == 14 * 24 * 3600
        assert queue["MaximumMessageSize"] == 262_144


def test_the_topic_is_encrypted_with_a_key_that_alarms_may_use() -> None:
    built = on_aws()

    assert built.of("SNS::Topic")["AlarmTopic"]["KmsMasterKeyId"] == "AlarmKey"
    key = built.of("KMS::Key")["AlarmKey"]
    users = [s for s in key["KeyPolicy"]["Statement"] if "Service" in s["Principal"]]
    assert [s["Principal"]["Service"] for s in users] == ["cloudwatch.amazonaws.com"]
    assert key["EnableKeyRotation"] is True


def test_the_key_of_the_gateway_is_made_here_and_is_in_no_parameter() -> None:
    secret = on_aws().of("SecretsManager::Secret")["GatewaySecret"]

    made = secret["GenerateSecretString"]
    assert made == {"PasswordLength": 40, "ExcludeCharacters": string.punctuation}
    assert "SecretString" not in secret


def test_users_are_made_by_administrators_and_passwords_are_long() -> None:
    pool = on_aws().of("Cognito::UserPool")["UserPool"]

    assert pool["AdminCreateUserConfig"] == {"AllowAdminCreateUserOnly": True}
    assert pool["Policies"]["PasswordPolicy"]["MinimumLength"] == 14
    assert pool["MfaConfiguration"] == "OPTIONAL"


def test_a_password_travels_only_in_a_sandbox() -> None:
    def flows(built: Stack) -> list[str]:
        client = built.of("Cognito::UserPoolClient")["UserPoolClient"]
        return list(client["ExplicitAuthFlows"])

    assert "ALLOW_USER_PASSWORD_AUTH" in flows(on_ministack())
    assert "ALLOW_USER_PASSWORD_AUTH" not in flows(on_aws())
