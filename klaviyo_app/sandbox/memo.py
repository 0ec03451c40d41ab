"""What was worked out of a scope's things, until something of their kind changes."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from typing import Any, TypeVar

Place = tuple[int, str]  # scope and kind
LINKS = "links"  # the kind of all links together
T = TypeVar("T")


class Memo:
    """One a store. What was made before a change is never given after it: each place counts its changes."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._changes: Counter[Place] = Counter()
        self._kept: dict[tuple[Place, Hashable], tuple[int, Any]] = {}

    def get(self, place: Place, name: Hashable, make: Callable[[], T]) -> T:
        """What make() gives, or what it gave since the last change."""
        changes = self._changes[place]
        found = self._kept.get((place, name))
        if found is not None and found[0] == changes:
            known: T = found[1]
            return known
        value = make()
        with self._lock:
            self._kept[place, name] = (changes, value)
        return value

    def changed(self, places: Iterable[Place]) -> None:
        """Call after the commit."""
        with self._lock:
            for place in places:
                self._changes[place] += 1
