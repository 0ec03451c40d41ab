"""Fixed windows of calls, and what the answers say of them.

Source: Klaviyo's page on rate limits and recorded answers: `RateLimit-Limit` "10, 10;w=1, 150;w=60", Remaining and
Reset of the tightest window, in whole seconds rounded down (0 for a window of one second); a 429 carries only
Retry-After. Maton: 10 a second for a key, whatever the operation.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from math import ceil, floor

from klaviyo_app.gateway.catalogue.operation import XS, Limit, Operation

MATON_A_SECOND = 10
_TIDY_AT = 5000


class Windows:
    """Counts by name and window. All the windows of a call let it pass, or none counts it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        # (name, seconds of the window) -> [number of the window, calls in it]
        self._counts: dict[tuple[str, int], list[int]] = {}

    def take(self, name: str, windows: Iterable[tuple[int, int]], now: float) -> tuple[int, dict[int, int]]:
        """Count one call in windows of (seconds, calls). Returns (seconds to wait, or 0; what is left by window)."""
        with self._lock:
            places = []
            wait = 0
            for seconds, most in windows:
                number = floor(now / seconds)
                place = self._counts.setdefault((name, seconds), [number, 0])
                if place[0] != number:
                    place[:] = [number, 0]
                if place[1] >= most:
                    wait = max(wait, ceil((number + 1) * seconds - now), 1)
                places.append((seconds, most, place))
            if not wait:
                for _, _, place in places:
                    place[1] += 1
            if len(self._counts) > _TIDY_AT:
                self._tidy(now)
            return wait, {seconds: most - place[1] for seconds, most, place in places}

    def _tidy(self, now: float) -> None:
        old = [one for one, place in self._counts.items() if place[0] < floor(now / one[1])]
        for one in old:
            del self._counts[one]


def windows_of(limit: Limit) -> tuple[tuple[int, int], ...]:
    """(seconds, calls) of a limit."""
    daily = () if limit.daily is None else ((86400, limit.daily),)
    return ((1, limit.burst), (60, limit.steady), *daily)


def limit_of(operation: Operation, revision: str, *, counted: bool) -> Limit:
    """An operation's limit; a single read that asks for profile_count has a tighter one."""
    return XS if counted else operation.limit_at(revision)


def headers_of(limit: Limit, left: dict[int, int], now: float) -> dict[str, str]:
    """The RateLimit headers, for the window with the least left."""
    windows = windows_of(limit)
    seconds = min(left, key=lambda one: (left[one], one))
    most = dict(windows)[seconds]
    parts = ", ".join(f"{calls};w={length}" for length, calls in windows)
    return {
        "RateLimit-Limit": f"{most}, {parts}",
        "RateLimit-Remaining": str(left[seconds]),
        "RateLimit-Reset": str(floor((floor(now / seconds) + 1) * seconds - now)),
    }
