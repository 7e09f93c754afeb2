"""Read and write DynamoDB: a state and the events that announce it in one write, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from handlers.core.errors import Conflict, Retryable
from handlers.runtime.aws import as_failure
from handlers.runtime.clock import Clock, full_jitter_s

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

T = TypeVar("T")

ATTEMPTS_MAX = 16  # optimistic writes of the same thing before it goes back to the queue
# Short and soon level: as many rivals as there are workers, each done in a few milliseconds. With
# long pauses the unlucky wait while the wallet is idle (docs/performance.md, hot wallet).
BACKOFF_BASE_S = 0.05
BACKOFF_CAP_S = 0.1

CONFLICT_CODES = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})
CONFLICT_REASONS = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
THROTTLED_REASONS = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})

BATCH_READS_MAX = 5  # BatchGetItem may leave keys unread; how often it is called at most

Item = Mapping[str, Any]


def text(value: str) -> dict[str, str]:
    return {"S": value}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def optional_text(item: Item, name: str) -> str | None:
    value: str | None = item.get(name, {}).get("S")
    return value


def with_texts(values: Mapping[str, str | None]) -> dict[str, dict[str, str]]:
    """Attributes of those values that are there; absent stays absent."""
    return {name: {"S": value} for name, value in values.items() if value is not None}


def commit(dynamodb: DynamoDBClient, writes: Sequence[TransactWriteItemTypeDef]) -> None:
    """Write all or nothing: one write alone (half the price), several as a transaction.

    Raises Conflict when a condition does not hold or somebody writes the same item, Retryable when
    DynamoDB is not to be had.
    """
    try:
        if len(writes) > 1:
            dynamodb.transact_write_items(TransactItems=writes)
        elif writes:
            _write_one(dynamodb, writes[0])
    except (BotoCoreError, ClientError) as error:
        raise _failed_write(error) from error


def _write_one(dynamodb: DynamoDBClient, write: TransactWriteItemTypeDef) -> None:
    if "Put" in write:
        dynamodb.put_item(**write["Put"])
    elif "Update" in write:
        dynamodb.update_item(**write["Update"])
    else:
        raise TypeError(f"neither Put nor Update: {sorted(write)}")


def _failed_write(error: BotoCoreError | ClientError) -> Exception:
    """A transaction is cancelled as a whole; its reasons say why, and only all of them together say
    whether it is worth another try.
    """
    if isinstance(error, ClientError):
        if error.response["Error"]["Code"] in CONFLICT_CODES:
            return Conflict("somebody else wrote it first")
        reasons = _cancellation_reasons(error)
        if reasons and reasons <= CONFLICT_REASONS:
            return Conflict("somebody else wrote it first")
        if reasons and reasons <= CONFLICT_REASONS | THROTTLED_REASONS:
            return Retryable("write to DynamoDB: the transaction was throttled")
    return as_failure(error, "write to DynamoDB")


def _cancellation_reasons(error: ClientError) -> set[str]:
    reasons = error.response.get("CancellationReasons", [])
    return {reason.get("Code", "None") for reason in reasons} - {"None"}


def existing_item(error: ClientError) -> Item | None:
    """The item that was in the way of a conditional put with ReturnValuesOnConditionCheckFailure,
    if it was that.
    """
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return None
    found: Item | None = error.response.get("Item")  # type: ignore[assignment]
    return found


def reading(doing: str, call: Callable[[], T]) -> T:
    """The answer of a read. Raises Retryable when DynamoDB is not to be had."""
    try:
        return call()
    except (BotoCoreError, ClientError) as error:
        raise as_failure(error, doing) from error


def batch_get(
    dynamodb: DynamoDBClient, table: str, keys: Sequence[Item], *, doing: str
) -> list[Item]:
    """Return the items that exist of up to 100 distinct keys, consistently read, in that order.

    Raises Retryable, also when DynamoDB leaves keys unread BATCH_READS_MAX times.
    """
    found: list[Item] = []
    wanted = list(keys)
    for _ in range(BATCH_READS_MAX):
        if not wanted:
            break
        request = {table: {"Keys": wanted, "ConsistentRead": True}}
        answer = reading(
            doing,
            lambda request=request: dynamodb.batch_get_item(RequestItems=request),  # type: ignore[misc]
        )
        found.extend(answer["Responses"].get(table, []))
        left = answer.get("UnprocessedKeys", {}).get(table)
        wanted = list(left["Keys"]) if left else []
    if wanted:
        raise Retryable(f"{doing}: DynamoDB left {len(wanted)} keys unread")
    return _in_order(keys, found)


def _in_order(keys: Sequence[Item], items: Iterable[Item]) -> list[Item]:
    """The items, as their keys (strings, all of one table) come in `keys`."""
    place = {tuple(value["S"] for value in key.values()): n for n, key in enumerate(keys)}
    names = tuple(keys[0]) if keys else ()
    return sorted(items, key=lambda item: place[tuple(item[name]["S"] for name in names)])


def until_settled(clock: Clock, attempt: Callable[[], T]) -> T:
    """Read, decide and write again while somebody else is faster; full jitter in between.

    Raises Retryable after ATTEMPTS_MAX conflicts: the message goes back to its queue.
    """
    for number_of_tries in range(ATTEMPTS_MAX):
        try:
            return attempt()
        except Conflict:
            clock.sleep(
                full_jitter_s(
                    clock.random,
                    attempt=number_of_tries,
                    base_s=BACKOFF_BASE_S,
                    cap_s=BACKOFF_CAP_S,
                )
            )
    raise Retryable(f"{ATTEMPTS_MAX} attempts met a conflict; the item is contended")
