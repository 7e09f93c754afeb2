"""Timestamps as the contract writes them: RFC 3339, UTC, milliseconds.

Their text order is their time order.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

DAY_S = 86_400


def epoch_s(timestamp: str) -> float:
    """Return the seconds since 1970."""
    return datetime.fromisoformat(timestamp).timestamp()


def written(moment: datetime) -> str:
    """Return an aware datetime as a Timestamp of the contract."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def seconds_between(earlier: str, later: str) -> float:
    """Return the seconds from one to the other; negative when `later` is the earlier one."""
    difference = datetime.fromisoformat(later) - datetime.fromisoformat(earlier)
    return difference.total_seconds()


def plus(timestamp: str, *, seconds: float) -> str:
    return written(datetime.fromisoformat(timestamp) + timedelta(seconds=seconds))
