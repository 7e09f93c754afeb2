"""Timestamps whose text order is their time order."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers.core.moment import plus, written

MOMENTS = st.datetimes(
    min_value=datetime(2000, 1, 1),  # noqa: DTZ001 - the strategy adds the zone
    max_value=datetime(2100, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(one=MOMENTS, other=MOMENTS)
def test_an_earlier_moment_is_never_written_after_a_later_one(
    one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))

    assert written(earlier) <= written(later)


@pytest.mark.parametrize(
    ("seconds", "then"),
    [
        (0, "2026-02-28T23:59:59.900Z"),
        (0.1, "2026-03-01T00:00:00.000Z"),
        (900, "2026-03-01T00:14:59.900Z"),
        (-1, "2026-02-28T23:59:58.900Z"),
    ],
)
def test_time_is_added_over_the_ends_of_days_and_months(seconds: float, then: str) -> None:
    assert plus("2026-02-28T23:59:59.900Z", seconds=seconds) == then


def test_every_zone_is_written_in_utc() -> None:
    moment = datetime(2026, 3, 1, 1, 0, tzinfo=timezone(timedelta(hours=2)))

    assert written(moment) == "2026-02-28T23:00:00.000Z"
