"""The budget of one process while Redis is away: a small fixed share, so that all processes together stay allowed."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable

from klaviyo_app.gateway.catalogue.operation import Limit

PROCESSES = 8  # so many may share a key: four for the web and four workers
PER_S = 1  # of Maton's ten a second, for one of them


class Alone:
    """Calls of this process by name of the window. Safe to share between threads."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._times: dict[str, deque[float]] = {}
        self._held: dict[str, float] = {}
        self._lock = threading.Lock()

    def take(self, key: str, operation: str | None, limit: Limit) -> float:
        """Seconds to wait, 0.0 when the call was counted: one a second for the key, an eighth of a minute's calls."""
        windows = [(key, 1.0, PER_S)]
        if operation is not None:
            windows.append((operation, 60.0, max(1, limit.steady // PROCESSES)))
        with self._lock:
            now = self._clock()
            wait = max(self._wait(name, length, room, now) for name, length, room in windows)
            if wait <= 0:
                for name, _, room in windows:
                    self._times.setdefault(name, deque(maxlen=room)).append(now)
            return max(wait, 0.0)

    def _wait(self, name: str, length: float, room: int, now: float) -> float:
        wait = self._held.get(name, now) - now
        times = self._times.get(name)
        if times is not None and len(times) >= room:
            wait = max(wait, times[0] + length - now)
        return wait

    def hold(self, name: str, wait_s: float) -> None:
        """Nothing of that window until then; a hold never becomes shorter."""
        with self._lock:
            self._held[name] = max(self._held.get(name, 0.0), self._clock() + wait_s)
