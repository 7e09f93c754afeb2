"""Failed events in DynamoDB: key failed_event_id, index by-status oldest first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from handlers.core.errors import Conflict
from handlers.core.moment import DAY_S, epoch_s
from handlers.error_handler.failed_event import FailedEvent
from handlers.runtime.commit import Item, batch_get, commit, number, optional_text, reading, text

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import QueryInputTypeDef

    from generated.api.error_handler import FailedEventStatus

INDEX = "by-status"
KEPT_AFTER_REVIEW_DAYS = 90
# Of the bodies of one page. Lambda answers with up to 6 MB, and JSON within JSON writes one byte as
# up to seven.
PAGE_BYTES_MAX = 800_000


@dataclass(frozen=True, slots=True)
class Page:
    """Failed events, oldest first, and the position after the last one; none at the end."""

    events: tuple[FailedEvent, ...]
    position: str | None


@dataclass(frozen=True, slots=True)
class FailedEvents:
    dynamodb: DynamoDBClient
    table: str

    def park(self, event: FailedEvent, message_id: str) -> None:
        """Store it as open, or open it again, unless this very message was stored before.

        Raises Retryable.
        """
        sets = _texts(event) | {"parked_at_id": f"{event.parked_at}#{event.failed_event_id}"}
        sets |= {"parked_by_message": message_id}
        assignments = [f"#{name} = :{name}" for name in sets]
        assignments.append("attempts = if_not_exists(attempts, :zero) + :one")
        update = {
            "TableName": self.table,
            "Key": {"failed_event_id": text(event.failed_event_id)},
            "UpdateExpression": "SET " + ", ".join(assignments) + " REMOVE purge_at",
            "ConditionExpression": (
                "attribute_not_exists(failed_event_id) OR #parked_by_message <> :parked_by_message"
            ),
            "ExpressionAttributeNames": {f"#{name}": name for name in sets},
            "ExpressionAttributeValues": {
                **{f":{name}": text(value) for name, value in sets.items()},
                ":zero": number(0),
                ":one": number(1),
            },
        }
        self._write(update)

    def fetch(self, failed_event_id: str) -> FailedEvent | None:
        """Raises Retryable."""
        key = {"failed_event_id": text(failed_event_id)}
        answer = reading(
            "read a failed event",
            lambda: self.dynamodb.get_item(TableName=self.table, Key=key, ConsistentRead=True),
        )
        return _event(answer["Item"]) if "Item" in answer else None

    def record_review(self, event: FailedEvent) -> bool:
        """Write an operator's decision; return False when the event has changed since it was read.

        Raises Retryable.
        """
        update = {
            "TableName": self.table,
            "Key": {"failed_event_id": text(event.failed_event_id)},
            "UpdateExpression": (
                "SET #status = :status, reviewed_at = :at, reviewed_by = :by, note = :note, "
                "purge_at = :purge_at"
            ),
            "ConditionExpression": "#status = :open AND attempts = :attempts",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {
                ":status": text(event.status),
                ":at": text(event.reviewed_at or ""),
                ":by": text(event.reviewed_by or ""),
                ":note": text(event.note or ""),
                ":purge_at": number(purge_at_s(event.reviewed_at or event.parked_at)),
                ":open": text("open"),
                ":attempts": number(event.attempts),
            },
        }
        return self._write(update)

    def page(self, status: FailedEventStatus, *, size: int, position: str | None) -> Page:
        """Up to `size` events with the status after `position`, fewer where bodies are large.

        The index lags behind the table: an event that was reviewed or purged since is left out.
        Raises Retryable.
        """
        entries, position = self._entries(status, size, position)
        keys = [{"failed_event_id": entry["failed_event_id"]} for entry in entries]
        items = batch_get(self.dynamodb, self.table, keys, doing="list failed events")
        events = [event for event in map(_event, items) if event.status == status]
        shown = tuple(_fitting(events))
        if len(shown) < len(events):
            position = _position_of(entries, shown[-1])
        return Page(shown, position)

    def _entries(
        self, status: FailedEventStatus, size: int, position: str | None
    ) -> tuple[Sequence[Item], str | None]:
        """The index's entries after `position`, and the position after them."""
        query: QueryInputTypeDef = {
            "TableName": self.table,
            "IndexName": INDEX,
            "KeyConditionExpression": "#status = :status",
            "ExpressionAttributeNames": {"#status": "status"},
            "ExpressionAttributeValues": {":status": text(status)},
            "Limit": size,
        }
        if position:
            query["ExclusiveStartKey"] = {
                "status": text(status),
                "parked_at_id": text(position),
                "failed_event_id": text(position.rpartition("#")[2]),
            }
        answer = reading("list failed events", lambda: self.dynamodb.query(**query))
        last = answer.get("LastEvaluatedKey")
        return answer["Items"], optional_text(last, "parked_at_id") if last else None

    def _write(self, update: Any) -> bool:
        try:
            commit(self.dynamodb, [{"Update": update}])
        except Conflict:
            return False
        return True


def _fitting(events: Iterable[FailedEvent]) -> Iterator[FailedEvent]:
    """Yield the first events whose bodies fit into an answer together; at least one."""
    total_bytes = 0
    for number_before, event in enumerate(events):
        total_bytes += len(event.body.encode())
        if number_before and total_bytes > PAGE_BYTES_MAX:
            return
        yield event


def _position_of(entries: Iterable[Item], event: FailedEvent) -> str | None:
    """Where the index has the event: by when it was parked when the page was read."""
    return next(
        optional_text(entry, "parked_at_id")
        for entry in entries
        if entry["failed_event_id"]["S"] == event.failed_event_id
    )


def purge_at_s(reviewed_at: str) -> int:
    """Return when DynamoDB may delete a reviewed entry (its TTL), in seconds since 1970."""
    return int(epoch_s(reviewed_at)) + KEPT_AFTER_REVIEW_DAYS * DAY_S


def _texts(event: FailedEvent) -> dict[str, str]:
    values = {
        "status": event.status,
        "consumer": event.consumer,
        "channel": event.channel,
        "kind": event.kind,
        "reason": event.reason,
        "body": event.body,
        "parked_at": event.parked_at,
        "event_type": event.event_type,
        "event_id": event.event_id,
        "payment_id": event.payment_id,
    }
    return {name: value for name, value in values.items() if value is not None}


def _event(item: Item) -> FailedEvent:
    return FailedEvent(
        failed_event_id=item["failed_event_id"]["S"],
        status=item["status"]["S"],
        consumer=item["consumer"]["S"],
        channel=item["channel"]["S"],
        kind=item["kind"]["S"],
        reason=item["reason"]["S"],
        body=item["body"]["S"],
        parked_at=item["parked_at"]["S"],
        attempts=int(item["attempts"]["N"]),
        event_type=optional_text(item, "event_type"),
        event_id=optional_text(item, "event_id"),
        payment_id=optional_text(item, "payment_id"),
        reviewed_at=optional_text(item, "reviewed_at"),
        reviewed_by=optional_text(item, "reviewed_by"),
        note=optional_text(item, "note"),
    )
