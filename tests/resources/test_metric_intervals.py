"""Which intervals of a metric's numbers are whole. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klaviyo_app.resources.metrics.intervals import begin, end, parts

BERLIN = ZoneInfo("Europe/Berlin")
LATER = datetime(2027, 1, 1, tzinfo=BERLIN)


def wall(text: str) -> datetime:
    """A wall-clock time."""
    return datetime.fromisoformat(text)


def days(*texts: str) -> list[datetime]:
    return [datetime.fromisoformat(text).replace(tzinfo=BERLIN) for text in texts]


def test_a_week_that_the_question_begins_inside_of_is_counted_from_there_on() -> None:
    weeks = days("2026-11-02", "2026-11-09", "2026-11-16")  # Mondays
    found = parts(weeks, "week", date(2026, 11, 4), date(2026, 11, 22), LATER)
    assert found == {0: (wall("2026-11-04"), None)}


def test_a_month_that_the_question_ends_inside_of_is_counted_until_then() -> None:
    months = days("2026-10-01", "2026-11-01")
    found = parts(months, "month", date(2026, 10, 1), date(2026, 11, 20), LATER)
    assert found == {1: (None, wall("2026-11-21"))}


def test_a_first_interval_that_is_named_by_the_day_asked_for_is_cut_all_the_same() -> None:
    found = parts(days("2026-11-04", "2026-11-09"), "week", date(2026, 11, 4), date(2026, 11, 15), LATER)
    assert found == {0: (wall("2026-11-04"), None)}


def test_the_day_that_is_not_over_yet_is_counted_so_far() -> None:
    now = datetime(2026, 11, 30, 15, 20, tzinfo=BERLIN)
    found = parts(days("2026-11-29", "2026-11-30"), "day", date(2026, 11, 29), date(2026, 11, 30), now)
    assert found == {1: (None, wall("2026-11-30T15:20"))}


def test_one_week_can_be_cut_on_both_sides() -> None:
    found = parts(days("2026-11-02"), "week", date(2026, 11, 4), date(2026, 11, 5), LATER)
    assert found == {0: (wall("2026-11-04"), wall("2026-11-06"))}


def test_whole_intervals_and_no_answer_are_not_cut() -> None:
    weeks = days("2026-11-02", "2026-11-09")
    assert parts(weeks, "week", date(2026, 11, 2), date(2026, 11, 15), LATER) == {}
    assert parts([], "week", date(2026, 11, 2), date(2026, 11, 15), LATER) == {}


@given(
    at=st.datetimes(wall("1990-01-01"), wall("2100-01-01")), interval=st.sampled_from(["hour", "day", "week", "month"])
)
def test_an_interval_holds_its_moment_and_ends_where_the_next_begins(at: datetime, interval: str) -> None:
    first, last = begin(at, interval), end(at, interval)
    assert first <= at < last
    assert begin(last, interval) == last
    assert begin(last - timedelta(microseconds=1), interval) == first


@pytest.mark.parametrize("interval", ["hour", "day", "week", "month"])
def test_what_has_not_happened_yet_is_never_whole(interval: str) -> None:
    now = datetime(2026, 11, 30, 15, 20, tzinfo=UTC)
    first = begin(now.replace(tzinfo=None), interval)
    assert 0 in parts([first], interval, first.date(), date(2026, 12, 31), now)
