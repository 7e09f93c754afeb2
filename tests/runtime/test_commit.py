"""Writes: one alone or several as a transaction; what counts as a conflict, what as the weather."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from handlers.core.errors import Conflict, Failure, Retryable
from handlers.runtime.commit import (
    ATTEMPTS_MAX,
    BACKOFF_BASE_S,
    BACKOFF_CAP_S,
    commit,
    existing_item,
    reading,
    until_settled,
)
from tests.builders import VirtualTime
from tests.runtime.fakes import Client, always, cancelled, refusal

PUT: Any = {"Put": {"TableName": "t", "Item": {}}}
UPDATE: Any = {"Update": {"TableName": "t", "Key": {}}}
UNREACHABLE = [
    EndpointConnectionError(endpoint_url="https://dynamodb.test"),
    ReadTimeoutError(endpoint_url="https://dynamodb.test"),
]
THROTTLED = [
    refusal("ThrottlingException"),
    refusal("ProvisionedThroughputExceededException"),
    refusal("RequestLimitExceeded"),
    refusal("TransactionInProgressException"),
    refusal("InternalServerError", status=500),
    refusal("SomethingNew", status=503),
]


def failing(error: Exception) -> Any:
    return Client(dict.fromkeys(("put_item", "update_item", "transact_write_items"), always(error)))


def committed(writes: list[Any]) -> list[str]:
    client: Any = Client()
    commit(client, writes)
    return [operation for operation, _ in client.calls]


def test_one_write_goes_alone_and_several_go_together() -> None:
    assert committed([PUT]) == ["put_item"]
    assert committed([UPDATE]) == ["update_item"]
    assert committed([PUT, UPDATE]) == ["transact_write_items"]


def test_nothing_to_write_is_no_call() -> None:
    assert committed([]) == []


def test_a_write_of_an_unknown_kind_is_a_bug() -> None:
    with pytest.raises(TypeError, match="neither Put nor Update"):
        committed([{"Delete": {}}])


@pytest.mark.parametrize(
    ("writes", "error"),
    [
        ([PUT], refusal("ConditionalCheckFailedException")),
        ([UPDATE], refusal("TransactionConflictException")),
        ([PUT, UPDATE], cancelled("None", "ConditionalCheckFailed")),
        ([PUT, UPDATE], cancelled("TransactionConflict", "None")),
        ([PUT, UPDATE], cancelled("TransactionConflict", "ConditionalCheckFailed")),
    ],
)
def test_somebody_faster_is_a_conflict(writes: list[Any], error: ClientError) -> None:
    with pytest.raises(Conflict):
        commit(failing(error), writes)


@pytest.mark.parametrize("writes", [[PUT], [UPDATE], [PUT, UPDATE]], ids=["put", "update", "both"])
@pytest.mark.parametrize("error", [*UNREACHABLE, *THROTTLED], ids=str)
def test_an_aws_that_is_not_to_be_had_is_retryable(writes: list[Any], error: Exception) -> None:
    with pytest.raises(Retryable) as raised:
        commit(failing(error), writes)

    assert not isinstance(raised.value, Conflict)


@pytest.mark.parametrize(
    "error",
    [
        cancelled("ThrottlingError", "None"),
        cancelled("None", "ProvisionedThroughputExceeded"),
        cancelled("ThrottlingError", "ConditionalCheckFailed"),
    ],
)
def test_a_throttled_transaction_is_retryable(error: ClientError) -> None:
    with pytest.raises(Retryable):
        commit(failing(error), [PUT, UPDATE])


@pytest.mark.parametrize(
    "error",
    [
        refusal("ValidationException"),
        refusal("AccessDeniedException"),
        refusal("ResourceNotFoundException"),
        cancelled("ValidationError", "None"),
        cancelled("ValidationError", "ConditionalCheckFailed"),
        cancelled("None", "None"),
    ],
)
def test_what_can_never_work_is_a_bug(error: ClientError) -> None:
    with pytest.raises(ClientError):
        commit(failing(error), [PUT, UPDATE])


@pytest.mark.parametrize("error", [*UNREACHABLE, *THROTTLED], ids=str)
def test_a_read_that_fails_says_what_was_read(error: Exception) -> None:
    def call() -> None:
        raise error

    with pytest.raises(Retryable, match="read a payment"):
        reading("read a payment", call)


def test_only_a_condition_that_failed_tells_the_existing_item() -> None:
    there = refusal("ConditionalCheckFailedException", Item={"a": {"S": "b"}})

    assert existing_item(there) == {"a": {"S": "b"}}
    assert existing_item(refusal("ValidationException", Item={"a": {"S": "b"}})) is None


@pytest.mark.parametrize("conflicts", [0, 1, ATTEMPTS_MAX - 1])
def test_a_conflict_is_tried_again_with_jittered_growing_pauses(
    conflicts: int, time: VirtualTime
) -> None:
    tries: list[int] = []

    def attempt() -> str:
        tries.append(1)
        if len(tries) <= conflicts:
            raise Conflict("taken")
        return "written"

    assert until_settled(time.clock(), attempt) == "written"
    assert len(tries) == conflicts + 1
    assert time.pauses == [
        0.5 * min(BACKOFF_CAP_S, BACKOFF_BASE_S * 2**n) for n in range(conflicts)
    ]


def test_a_contended_item_goes_back_to_the_queue(time: VirtualTime) -> None:
    tries: list[int] = []

    def attempt() -> str:
        tries.append(1)
        raise Conflict("taken")

    with pytest.raises(Retryable, match="contended"):
        until_settled(time.clock(), attempt)
    assert len(tries) == ATTEMPTS_MAX


@pytest.mark.parametrize("error", [Retryable("down"), Failure("x"), ValueError("bug")])
def test_only_conflicts_are_tried_again(error: Exception, time: VirtualTime) -> None:
    def attempt() -> str:
        raise error

    with pytest.raises(type(error)):
        until_settled(time.clock(), attempt)
    assert time.pauses == []
