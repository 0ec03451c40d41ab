"""Pure: what an answer's headers say: `RateLimit-Limit: 150, 10;w=1, 150;w=60`, Remaining, Reset in seconds."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

_WINDOW = re.compile(r"\s*(\d{1,9})\s*;\s*w=(\d{1,9})\s*")
_LENGTHS = frozenset({1, 60, 86_400})


@dataclass(frozen=True, slots=True)
class Told:
    """`windows`: calls by seconds. The tightest one's `seconds`, `left` calls and `ends` (seconds to its end)."""

    windows: Mapping[int, int]
    seconds: int
    left: int
    ends: int

    @property
    def tight(self) -> bool:
        """More than half of the tightest window is used: worth comparing with our own count."""
        return self.left * 2 < self.windows[self.seconds]


def told(headers: Mapping[str, str]) -> Told | None:
    """What the headers (lower-case names) say, or None where they do not or not sensibly."""
    first, *rest = headers.get("ratelimit-limit", "").split(",")
    windows = {int(found[2]): int(found[1]) for part in rest if (found := _WINDOW.fullmatch(part))}
    windows = {seconds: calls for seconds, calls in windows.items() if seconds in _LENGTHS and calls}
    try:
        most = int(first)
        left = int(headers.get("ratelimit-remaining", ""))
        ends = int(headers.get("ratelimit-reset", ""))
    except ValueError:
        return None
    tightest = [seconds for seconds, calls in windows.items() if calls == most and ends <= seconds]
    if not tightest or not 0 <= left <= most or ends < 0:
        return None
    return Told(windows, min(tightest), left, ends)
