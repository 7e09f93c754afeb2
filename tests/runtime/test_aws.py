"""Clients of AWS: one per service and process, and names that need no call."""

import pytest
from moto import mock_aws

from handlers.core.errors import Retryable
from handlers.runtime import aws
from tests.builders import REGION


def test_a_process_has_one_client_per_service() -> None:
    assert aws.dynamodb() is aws.dynamodb()
    assert aws.sqs() is aws.sqs()
    assert aws.events() is aws.events()


def test_a_queues_url_follows_from_its_name() -> None:
    with mock_aws():
        made = aws.sqs().create_queue(QueueName="payments-test-q")["QueueUrl"]

    assert aws.queue_url(aws.sqs(), "123456789012", "payments-test-q") == made
    assert REGION in made


def test_an_unavailable_secret_is_retryable_and_is_read_once_it_exists() -> None:
    with mock_aws():
        with pytest.raises(Retryable, match="key-1 is unavailable: ResourceNotFoundException"):
            aws.secret("key-1")
        aws._client("secretsmanager").create_secret(Name="key-1", SecretString="s3cret")

        assert aws.secret("key-1") == "s3cret"
