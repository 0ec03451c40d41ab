"""The sandbox's time: the real one, plus what a key has advanced. Nothing ticks: things are looked at when read."""

from __future__ import annotations

import datetime as dt
import time


class Clock:
    """Seconds ahead of the real time, by key."""

    def __init__(self) -> None:
        self._ahead: dict[str, float] = {}

    def ahead(self, key: str) -> float:
        """How far ahead a key is, in seconds."""
        return self._ahead.get(key, 0.0)

    def advance(self, key: str, seconds: float) -> None:
        """Go on by so many seconds."""
        self._ahead[key] = self.ahead(key) + seconds

    def seconds(self, key: str) -> float:
        """Since 1970."""
        return time.time() + self.ahead(key)

    def now(self, key: str) -> dt.datetime:
        """With its zone, UTC."""
        return dt.datetime.fromtimestamp(self.seconds(key), dt.UTC)
