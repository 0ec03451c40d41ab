"""Moments as they are shown, those at the ends of the calendar among them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from dashboard.jinja_filters import when

NEVER = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Pacific/Kiritimati", "UTC"])
def test_the_last_moment_of_the_calendar_is_shown_in_each_zone(zone: str) -> None:
    assert when(NEVER, zone) == "31\u00a0Dec\u00a09999, 23:59"


def test_the_first_moment_of_the_calendar_is_shown_west_of_its_own_zone() -> None:
    assert when(datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=9))), "UTC") == "1\u00a0Jan\u00a01, 00:00"
