"""The times that results can be read for: Klaviyo's keys, and calendar years for what is older."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

# Klaviyo's key -> days; the shortest first.
DAYS = {"last_7_days": 7, "last_30_days": 30, "last_90_days": 90, "last_365_days": 365}
LABELS: dict[str, str | Promise] = {
    "last_7_days": _("Last 7 days"),
    "last_30_days": _("Last 30 days"),
    "last_90_days": _("Last 90 days"),
    "last_365_days": _("Last 365 days"),
}
DEFAULT = "last_90_days"


def choices(zone: str, now: datetime, oldest: datetime | None) -> list[tuple[str, str | Promise]]:
    """What can be chosen: the keys, and each year back to the oldest message."""
    this = now.astimezone(ZoneInfo(zone)).year
    first = oldest.astimezone(ZoneInfo(zone)).year if oldest else this
    return [*LABELS.items(), *((str(year), str(year)) for year in range(this, min(first, this) - 1, -1))]


def label(time: str) -> str | Promise:
    """A choice in words."""
    return LABELS.get(time, time)


def range_of(time: str, zone: str, now: datetime) -> tuple[datetime, datetime]:
    """From and until, in the account's zone. Of a key: days that it surely holds, whatever Klaviyo does at its edge."""
    local = ZoneInfo(zone)
    if time in DAYS:
        return now - timedelta(days=DAYS[time]), now
    return datetime(int(time), 1, 1, tzinfo=local), datetime(int(time) + 1, 1, 1, tzinfo=local)


def body_of(time: str) -> dict[str, str]:
    """`timeframe` as Klaviyo takes it; it reads start and end in the account's zone, whatever their offset."""
    if time in DAYS:
        return {"key": time}
    return {"start": f"{time}-01-01T00:00:00+00:00", "end": f"{int(time) + 1}-01-01T00:00:00+00:00"}


def holding(sent: datetime, zone: str, now: datetime) -> str:
    """The shortest time that holds a moment."""
    for key, days in DAYS.items():
        if sent > now - timedelta(days=days):
            return key
    return str(sent.astimezone(ZoneInfo(zone)).year)
