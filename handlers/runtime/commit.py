"""Read and write DynamoDB: a state and the events that announce it in one write, or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from generated.model import Model
from handlers.core.decision import Decision
from handlers.core.envelope import Cause, announced_again, announcement
from handlers.core.errors import Conflict, Retryable
from handlers.runtime.aws import as_failure
from handlers.runtime.clock import Clock, full_jitter_s

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import TransactWriteItemTypeDef

T = TypeVar("T")

ATTEMPTS_MAX = 16  # optimistic writes of the same thing before it goes back to the queue
# Short, and soon at its cap: there are at most as many rivals as workers, each done in a few
# milliseconds. With longer pauses workers wait while the wallet is idle (docs/performance.md, hot
# wallet).
BACKOFF_BASE_S = 0.05
BACKOFF_CAP_S = 0.1

CONFLICT_CODES = frozenset({"ConditionalCheckFailedException", "TransactionConflictException"})
CONFLICT_REASONS = frozenset({"ConditionalCheckFailed", "TransactionConflict"})
THROTTLED_REASONS = frozenset({"ProvisionedThroughputExceeded", "ThrottlingError"})

BATCH_READS_MAX = 5  # BatchGetItem may leave keys unread; how often it is called at most

Item: TypeAlias = Mapping[str, Any]  # as DynamoDB returns it
Attributes: TypeAlias = dict[str, dict[str, str]]
Write: TypeAlias = "TransactWriteItemTypeDef"


def text(value: str) -> dict[str, str]:
    return {"S": value}


def number(value: int) -> dict[str, str]:
    return {"N": str(value)}


def optional_text(item: Item, name: str) -> str | None:
    value: str | None = item.get(name, {}).get("S")
    return value


def with_texts(values: Mapping[str, str | None]) -> Attributes:
    """Return the attributes of those values that are present; absent stays absent."""
    return {name: {"S": value} for name, value in values.items() if value is not None}


@dataclass(frozen=True, slots=True)
class Outbox:
    """Where a service's events are written: in the attribute `outbox` of the item they are about.

    `sends` names each event that the service may announce.
    """

    source: str
    sends: Mapping[type[Model], str]

    def of(
        self,
        decided: Decision[object, Model],
        *,
        subject: str,
        before: str | None,
        now: str,
        cause: Cause,
    ) -> str | None:
        """Return what a decision announces: an event, `before` again, or nothing (None).

        Raises ValueError when there is no announcement before to repeat.
        """
        if decided.kind == "again":
            if before is None:
                raise ValueError(f"nothing was announced about {subject} that could be repeated")
            return announced_again(before)
        event = decided.announced
        if event is None:
            return None
        return announcement(
            event,
            event_type=self.sends[type(event)],
            source=self.source,
            subject=subject,
            time=now,
            cause=cause,
        )


def new_item(table: str, item: Attributes, *, key: str) -> Write:
    """Return a write of an item under the condition that none with this key exists."""
    condition = f"attribute_not_exists({key})"
    return {
        "Put": {
            "TableName": table,
            "Item": item | {"version": number(1)},
            "ConditionExpression": condition,
        }
    }


def changed_item(table: str, key: Attributes, changes: Attributes, *, version: int) -> Write:
    """Return a write of some attributes under the condition that the item has this version."""
    assignments = [f"#{name} = :{name}" for name in changes]
    return {
        "Update": {
            "TableName": table,
            "Key": key,
            "UpdateExpression": "SET " + ", ".join([*assignments, "version = :next"]),
            "ConditionExpression": "version = :version",
            "ExpressionAttributeNames": {f"#{name}": name for name in changes},
            "ExpressionAttributeValues": {
                **{f":{name}": value for name, value in changes.items()},
                ":version": number(version),
                ":next": number(version + 1),
            },
        }
    }


def put_new(dynamodb: DynamoDBClient, write: Write) -> Item | None:
    """Write a new item; return the one that exists under its key, if one does.

    Raises Retryable when DynamoDB is unavailable.
    """
    put: Any = {**write["Put"], "ReturnValuesOnConditionCheckFailure": "ALL_OLD"}
    try:
        dynamodb.put_item(**put)
    except ClientError as error:
        existing = _existing_item(error)
        if existing is None:
            raise as_failure(error, "write to DynamoDB") from error
        return existing
    except BotoCoreError as error:
        raise as_failure(error, "write to DynamoDB") from error
    return None


def commit(dynamodb: DynamoDBClient, writes: Sequence[Write]) -> None:
    """Write all or nothing: one write alone (half the price), several as a transaction.

    Raises Conflict when a condition does not hold or another writer has the same item, Retryable
    when DynamoDB is unavailable.
    """
    try:
        if len(writes) > 1:
            dynamodb.transact_write_items(TransactItems=writes)
        elif writes:
            _write_one(dynamodb, writes[0])
    except (BotoCoreError, ClientError) as error:
        raise _failed_write(error) from error


def _write_one(dynamodb: DynamoDBClient, write: Write) -> None:
    if "Put" in write:
        dynamodb.put_item(**write["Put"])
    elif "Update" in write:
        dynamodb.update_item(**write["Update"])
    else:
        raise TypeError(f"neither Put nor Update: {sorted(write)}")


def _failed_write(error: BotoCoreError | ClientError) -> Exception:
    """Return the failure that a rejected write stands for.

    A transaction is cancelled as a whole; only all of its reasons together tell whether another
    attempt can succeed.
    """
    if isinstance(error, ClientError):
        if error.response["Error"]["Code"] in CONFLICT_CODES:
            return Conflict("another writer was first")
        reasons = _cancellation_reasons(error)
        if reasons and reasons <= CONFLICT_REASONS:
            return Conflict("another writer was first")
        if reasons and reasons <= CONFLICT_REASONS | THROTTLED_REASONS:
            return Retryable("write to DynamoDB: the transaction was throttled")
    return as_failure(error, "write to DynamoDB")


def _cancellation_reasons(error: ClientError) -> set[str]:
    reasons = error.response.get("CancellationReasons", [])
    return {reason.get("Code", "None") for reason in reasons} - {"None"}


def _existing_item(error: ClientError) -> Item | None:
    """Return the item that a conditional put found under its key (None: it failed otherwise)."""
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return None
    found: Item | None = error.response.get("Item")  # type: ignore[assignment]
    return found


def reading(doing: str, call: Callable[[], T]) -> T:
    """Return the answer of a read. Raises Retryable when DynamoDB is unavailable."""
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
    """Repeat read, decide and write while another writer is faster, with full jitter between.

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
