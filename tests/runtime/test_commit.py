"""Writes: one alone or several as a transaction; which errors are conflicts, and which may pass."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from handlers.core.errors import Conflict, Failure, Retryable
from handlers.runtime.commit import (
    ATTEMPTS_MAX,
    BACKOFF_BASE_S,
    BACKOFF_CAP_S,
    BATCH_READS_MAX,
    batch_get,
    commit,
    new_item,
    put_new,
    reading,
    until_settled,
)
from tests.builders import VirtualTime
from tests.runtime.fakes import Client, always, cancelled, in_turn, refusal

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

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


def failing(error: Exception) -> DynamoDBClient:
    writes = ("put_item", "update_item", "transact_write_items")
    return Client(dict.fromkeys(writes, always(error))).dynamodb


def committed(writes: list[Any]) -> list[str]:
    client = Client()
    commit(client.dynamodb, writes)
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
def test_a_write_after_a_faster_worker_is_a_conflict(writes: list[Any], error: ClientError) -> None:
    with pytest.raises(Conflict):
        commit(failing(error), writes)


@pytest.mark.parametrize("writes", [[PUT], [UPDATE], [PUT, UPDATE]], ids=["put", "update", "both"])
@pytest.mark.parametrize("error", [*UNREACHABLE, *THROTTLED], ids=str)
def test_an_unavailable_aws_is_retryable(writes: list[Any], error: Exception) -> None:
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


def keyed(*names: str) -> list[dict[str, Any]]:
    return [{"id": {"S": name}} for name in names]


def answered(*names: str, unread: tuple[str, ...] = ()) -> Any:
    items = [key | {"value": {"N": "1"}} for key in keyed(*names)]
    left = {"UnprocessedKeys": {"t": {"Keys": keyed(*unread)}}} if unread else {}
    return {"Responses": {"t": items}} | left


def found(client: Client, *names: str) -> list[str]:
    items = batch_get(client.dynamodb, "t", keyed(*names), doing="list things")
    return [item["id"]["S"] for item in items]


def test_items_come_in_the_order_of_their_keys_and_missing_ones_are_left_out() -> None:
    client = Client({"batch_get_item": always(answered("c", "a"))})

    assert found(client, "a", "b", "c") == ["a", "c"]
    (request,) = client.asked("batch_get_item")
    assert request["RequestItems"]["t"]["ConsistentRead"] is True


def test_no_keys_are_no_call() -> None:
    client = Client()

    assert found(client) == []
    assert client.calls == []


def test_keys_that_dynamodb_leaves_unread_are_read_again() -> None:
    """The last read that is allowed counts too."""
    answers = [answered(unread=("a", "b"))] * (BATCH_READS_MAX - 2)
    answers += [answered("b", unread=("a",)), answered("a")]
    client = Client({"batch_get_item": in_turn(*answers)})

    assert found(client, "a", "b") == ["a", "b"]
    requests = client.asked("batch_get_item")
    assert len(requests) == BATCH_READS_MAX
    assert requests[-1]["RequestItems"]["t"] == {"Keys": keyed("a"), "ConsistentRead": True}


def test_keys_that_stay_unread_are_no_missing_items() -> None:
    client = Client({"batch_get_item": always(answered("b", unread=("a",)))})

    with pytest.raises(Retryable, match="list things: DynamoDB left 1 keys unread"):
        found(client, "a", "b")
    assert len(client.calls) == BATCH_READS_MAX


def test_a_new_item_gives_way_to_the_existing_one() -> None:
    write = new_item("t", {"id": {"S": "1"}}, key="id")
    failed = refusal("ConditionalCheckFailedException", Item={"a": {"S": "b"}})

    assert put_new(Client({"put_item": always({})}).dynamodb, write) is None
    assert put_new(Client({"put_item": always(failed)}).dynamodb, write) == {"a": {"S": "b"}}


def test_a_new_item_that_fails_otherwise_is_not_taken_for_an_existing_one() -> None:
    write = new_item("t", {"id": {"S": "1"}}, key="id")
    failed = refusal("ValidationException", Item={"a": {"S": "b"}})

    with pytest.raises(ClientError):
        put_new(Client({"put_item": always(failed)}).dynamodb, write)


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
