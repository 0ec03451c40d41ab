"""The time of a report: fourteen keys or a start and an end, in the account's zone, and the intervals of a series.

Source: Klaviyo's API descriptions: at most a year; the offset of start and end is passed over; hourly up to 7 days,
daily up to 60 days. Where a key's time begins and ends is concluded: this_* and last_N_* end now, last_week, last_month
and last_year are whole; weeks begin on Monday.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from klaviyo_app.sandbox.behaviours.bodies import Shape, Wrong, choice, either, moment, obj
from klaviyo_app.sandbox.behaviours.call import Call, invalid

KEYS = (
    "last_12_months",
    "last_30_days",
    "last_365_days",
    "last_3_months",
    "last_7_days",
    "last_90_days",
    "last_month",
    "last_week",
    "last_year",
    "this_month",
    "this_week",
    "this_year",
    "today",
    "yesterday",
)
INTERVALS = ("daily", "hourly", "monthly", "weekly")
LONGEST = dt.timedelta(days=366)
_MOST = {"hourly": dt.timedelta(days=7), "daily": dt.timedelta(days=60)}
_TIMEFRAME = "/data/attributes/timeframe"
_DAY = dt.timedelta(days=1)


class Frame(NamedTuple):
    """From, and until but without it; both in the account's zone."""

    since: dt.datetime
    until: dt.datetime

    def holds(self, seconds: float) -> bool:
        """Whether a moment lies within."""
        return self.since.timestamp() <= seconds < self.until.timestamp()


def timeframe(value: Any, pointer: str) -> Iterator[Wrong]:
    """The shape of `timeframe`."""
    inner: Shape = either(obj({"start": moment, "end": moment}), obj({"key": choice(*KEYS)}))
    yield from inner(value, pointer)


def frame_of(call: Call, asked: Mapping[str, str]) -> Frame:
    """The time that is asked for. Raises Refused (400) for one that is empty or longer than a year."""
    zone = ZoneInfo(str(call.account.attributes.get("timezone") or "UTC"))
    if "key" in asked:
        return _of_key(asked["key"], call.now.astimezone(zone))
    since, until = (dt.datetime.fromisoformat(asked[name]).replace(tzinfo=zone) for name in ("start", "end"))
    if not since < until <= since + LONGEST:
        raise invalid("The timeframe must be longer than nothing and at most one year.", _TIMEFRAME)
    return Frame(since, until)


def _of_key(key: str, now: dt.datetime) -> Frame:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    week, month, year = today - today.weekday() * _DAY, today.replace(day=1), today.replace(month=1, day=1)
    begins = {"today": today, "this_week": week, "this_month": month, "this_year": year}
    if key in begins:
        return Frame(begins[key], now)
    match key:
        case "yesterday":
            return Frame(today - _DAY, today)
        case "last_week":
            return Frame(week - 7 * _DAY, week)
        case "last_month":
            return Frame((month - _DAY).replace(day=1), month)
        case "last_year":
            return Frame(year.replace(year=year.year - 1), year)
        case _:
            _, count, unit = key.split("_")
            days = int(count) if unit == "days" else {"3": 91, "12": 365}[count]
            return Frame(today - days * _DAY, now)


def steps(frame: Frame, interval: str) -> list[dt.datetime]:
    """The begin of each interval of a series. Raises Refused (400) for a timeframe too long for it."""
    if frame.until - frame.since > _MOST.get(interval, LONGEST) + _DAY:
        raise invalid(f"The timeframe is too long for the interval '{interval}'.", "/data/attributes/interval")
    found = [frame.since]
    while (following := _next(found[-1], interval)) < frame.until:
        found.append(following)
    return found


def _next(at: dt.datetime, interval: str) -> dt.datetime:
    if interval == "hourly":
        return (at.astimezone(dt.UTC) + dt.timedelta(hours=1)).astimezone(at.tzinfo)
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    if interval == "monthly":
        return (midnight.replace(day=1) + 32 * _DAY).replace(day=1)
    return midnight + (1 if interval == "daily" else 7 - midnight.weekday()) * _DAY
