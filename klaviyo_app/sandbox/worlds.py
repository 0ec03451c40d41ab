"""What the running server knows: the store, each key's settings and clock, faults, windows, and what came in.

Settings and clock are kept in the store and survive a restart; faults, windows and the log of requests do not.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours import SETTINGS as OF_BEHAVIOURS
from klaviyo_app.sandbox.behaviours import deliveries, segment_people
from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.clock import Clock
from klaviyo_app.sandbox.delivery import Deliveries
from klaviyo_app.sandbox.faults import Faults
from klaviyo_app.sandbox.limits import Windows
from klaviyo_app.sandbox.revisions import LIVING
from klaviyo_app.sandbox.store import Store

REMEMBERED = 5000
LONGEST_BODY = 4000

# What can be set from outside for a key, with the defaults; docs/sandbox.md says what each does.
SETTINGS: Mapping[str, Any] = {
    **OF_BEHAVIOURS,
    "limits": True,
    "maton_limit": True,
    "maton_retry_after": True,
    "connection_spelling": "connection_id",
    "create_tells_all": False,
    "sparse_connections": False,
    "link_life_s": 1800.0,
    "oldest_revision": "2025-01-15",
}
_KEPT = "key-settings"


class Worlds:
    """One a server; its threads share it."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.clock = Clock()
        self.faults = Faults()
        self.windows = Windows()
        self.log = RequestLog()
        self.deliveries = Deliveries()
        self._settings: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()
        for key in store.every_key():
            kept = store.things(key).get(_KEPT, key)
            if kept is not None:
                self._settings[key] = {**SETTINGS, **kept.attributes}
                self.clock.advance(key, kept.hidden.get("ahead_s", 0.0))

    def go_on(self, work: Callable[[], Iterable[Any]]) -> None:
        """Do what goes on after an answer, in a thread of its own."""
        threading.Thread(target=lambda: deque(work(), maxlen=0), daemon=True, name="goes on").start()

    def resume(self) -> None:
        """Begin anew what went on when the server ended: segments being filled, campaigns on their way to people."""
        for key in self.store.every_key():
            for account in self.store.accounts(key):
                things = self.store.things(key, account.id)
                call = Call("", things, account, self.clock.now(key), LIVING[-1], self.settings(key))
                for one in (*segment_people.unfinished(call), *deliveries.unfinished(call)) if things.events else ():
                    self.go_on(one)

    def knows(self, key: str) -> bool:
        """Whether there is such a Maton key."""
        return key in self._settings

    def settings(self, key: str) -> dict[str, Any]:
        """A key's settings. Raises KeyError for an unknown key."""
        return self._settings[key]

    def set(self, key: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        """Change settings, and make the key where it is new. Raises ValueError for an unknown setting."""
        if unknown := set(changes) - set(SETTINGS):
            raise ValueError(f"no such setting: {', '.join(sorted(unknown))}; there are {', '.join(sorted(SETTINGS))}")
        with self._lock:
            self._settings[key] = {**SETTINGS, **self._settings.get(key, {}), **changes}
            self._keep(key)
        return self._settings[key]

    def advance(self, key: str, seconds: float) -> None:
        """Put a key's clock on."""
        with self._lock:
            self.clock.advance(key, seconds)
            self._keep(key)

    def _keep(self, key: str) -> None:
        hidden = {"ahead_s": self.clock.ahead(key)}
        self.store.things(key).put(Thing(_KEPT, key, dict(self._settings[key]), hidden=hidden))


class RequestLog:
    """The requests that came in at the socket, whole, whatever became of them."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[tuple[str, str]] = Counter()
        self._last: deque[dict[str, Any]] = deque(maxlen=REMEMBERED)

    def note(self, key: str, operation: str, entry: Mapping[str, Any]) -> dict[str, Any]:
        """Count one; the entry that comes back takes the outcome."""
        row = {"at": time.time(), "key": key, "operation": operation, **entry, "status": None, "fault": None}
        with self._lock:
            self._counts[key, operation] += 1
            self._last.append(row)
        return row

    def count(self, key: str, operation: str) -> int:
        """How many came for a key; operation "" or "*": all."""
        with self._lock:
            if operation in ("", "*"):
                return sum(number for (owner, _), number in self._counts.items() if owner == key)
            return self._counts[key, operation]

    def last(self, key: str, operation: str) -> list[dict[str, Any]]:
        """The last ones, the oldest first, without the key."""
        with self._lock:
            rows = list(self._last)
        return [
            {name: value for name, value in row.items() if name != "key"}
            for row in rows
            if row["key"] == key and operation in ("", "*", row["operation"])
        ]
