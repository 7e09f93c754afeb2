"""EventBridge in memory: PutEvents onto one bus, and the entry that its targets receive."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from tests.simulation.cloud.errors import NotInFakeError, only, refused
from tests.simulation.texts import parsed

Call: TypeAlias = Mapping[str, Any]

ENTRIES_MAX: Final = 10
CALL_BYTES_MAX: Final = 262_144
FIELDS: Final = ("Source", "DetailType", "Detail")


@dataclass(frozen=True, slots=True)
class Entry:
    """One event that the bus accepted."""

    source: str
    detail_type: str
    detail: str


@dataclass(slots=True)
class Events:
    bus: str
    on_event: Callable[[Entry], None] = lambda _entry: None
    count: int = 0

    def call(
        self, operation: str, p: Call, refuse: Mapping[int, str] | None = None
    ) -> dict[str, Any]:
        """Put events. `refuse`: entries that fail, by position, with their error code."""
        if operation != "PutEvents":
            raise NotInFakeError(f"events {operation}")
        only(operation, p, "Entries")
        entries = p["Entries"]
        if not 1 <= len(entries) <= ENTRIES_MAX:
            raise refused(operation, "ValidationException", f"{len(entries)} entries")
        if sum(_size(entry) for entry in entries) > CALL_BYTES_MAX:
            raise refused(operation, "ValidationException", "the call is too large")
        results = [self._one(entry, (refuse or {}).get(n)) for n, entry in enumerate(entries)]
        return {"FailedEntryCount": sum("ErrorCode" in r for r in results), "Entries": results}

    def _one(self, entry: Call, code: str | None) -> dict[str, Any]:
        only("PutEvents", entry, "EventBusName", "Source", "DetailType", "Detail")
        if entry["EventBusName"] != self.bus:
            raise refused("PutEvents", "ResourceNotFoundException", "no such bus")
        if code is None:
            code = _wrong(entry)
        if code:
            return {"ErrorCode": code, "ErrorMessage": code}
        self.count += 1
        self.on_event(Entry(entry["Source"], entry["DetailType"], entry["Detail"]))
        return {"EventId": f"e{self.count}"}


def _wrong(entry: Call) -> str | None:
    if not all(entry.get(name) for name in FIELDS):
        return "InvalidArgument"
    if entry["Source"].startswith("aws."):
        return "NotAuthorizedForSourceException"
    try:
        detail = parsed(entry["Detail"])
    except ValueError:
        return "MalformedDetail"
    return None if isinstance(detail, dict) else "MalformedDetail"


def _size(entry: Call) -> int:
    return sum(len(entry.get(name, "").encode()) for name in FIELDS)
