"""How long things may take, and the clock they are measured by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

Clock = Callable[[], datetime]

_SPACING = (1, 2, 3, 5, 8, 15, 30, 60)


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds. The quiet time is longer than any request can live plus the lag of a read (rule 8)."""

    connect_s: float = 3
    total_s: float = 20
    attempt_s: float = 30  # from the claim to the first byte
    quiet_s: float = 600
    read_bound_s: float = 1800  # after the quiet time, without one good read
    not_moving_s: float = 300
    never_moved_s: float = 3600
    most_tries: int = 5
    spacing: tuple[float, ...] = _SPACING

    def next_look(self, looks: int, now: datetime) -> datetime:
        """When to look again after `looks` looks in the same state."""
        return now + timedelta(seconds=self.spacing[min(looks, len(self.spacing) - 1)])


def limits() -> Limits:
    """The site's."""
    return Limits(quiet_s=settings.SEND_QUIET_S)


def database_clock() -> datetime:
    """The database's time: workers on several machines agree on it. SQLite has this machine's."""
    if connection.vendor != "postgresql":
        return timezone.now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        found: datetime = cursor.fetchone()[0]
    return found.astimezone(UTC)
