"""Which intervals of an answer are whole. The first and the last hold only what lies in the time that was asked for.

Klaviyo names an interval by its begin: that of a week is a Monday, also where the question begins on a Thursday. All
times here are wall-clock times of the account's zone.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta


def begin(at: datetime, interval: str) -> datetime:
    """When the hour, day, week (on Monday) or month that holds `at` begins."""
    if interval == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    day = datetime.combine(at.date(), time())
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def end(at: datetime, interval: str) -> datetime:
    """When it ends, which is when the next one begins."""
    first = begin(at, interval)
    if interval == "month":
        return (first + timedelta(days=32)).replace(day=1)
    return first + {"hour": timedelta(hours=1), "week": timedelta(days=7)}.get(interval, timedelta(days=1))


def parts(
    moments: Sequence[datetime], interval: str, since: date, until: date, now: datetime
) -> dict[int, tuple[datetime | None, datetime | None]]:
    """Place -> (counted from, counted to) of each interval that is not whole; None on the side that is.

    `until` is the last day asked for; what lies after `now` has not happened yet.
    """
    lower = datetime.combine(since, time())
    upper = min(datetime.combine(until + timedelta(days=1), time()), now.replace(tzinfo=None))
    found: dict[int, tuple[datetime | None, datetime | None]] = {}
    for place, named in enumerate(moments):
        at = named.replace(tzinfo=None)
        cut = (lower if begin(at, interval) < lower else None, upper if at <= upper < end(at, interval) else None)
        if any(cut):
            found[place] = cut
    return found
