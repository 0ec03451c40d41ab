"""When the gateway keeps failing for an account, calls end at once instead of each waiting for its own failure."""

from __future__ import annotations

import copy
import threading
import time
from collections.abc import Callable

from klaviyo_app.gateway.errors import GatewayError, OutcomeUnknown, Unreachable, Upstream

FAILURES = 5  # tries in a row, of all threads together
PROBE_S = 3.0  # so often one try goes out to see whether it is over


class Circuit:
    """One a process, key and account: the dead authorisation of one looks just like a gateway that fails for all.

    Closed while tries are answered; after FAILURES in a row it is open until one is. Klaviyo's own errors close it:
    they came through the gateway. Safe to share between threads.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed = 0
        self._next_probe = 0.0
        self._last: GatewayError | None = None
        self._lock = threading.Lock()

    def admits(self) -> bool:
        """Whether a try may go out; while open, one every PROBE_S."""
        if self._failed < FAILURES:  # read without the lock: a try too many is only a try
            return True
        with self._lock:
            now = self._clock()
            if self._failed >= FAILURES and now < self._next_probe:
                return False
            self._next_probe = now + PROBE_S
            return True

    def answered(self) -> None:
        """A try was answered, by whatever."""
        if self._failed:
            with self._lock:
                self._failed = 0

    def failed(self, error: GatewayError) -> None:
        """A try ended without an answer that came through the gateway."""
        with self._lock:
            self._last = error
            self._failed += 1
            if self._failed >= FAILURES:
                self._next_probe = self._clock() + PROBE_S

    def last(self) -> GatewayError:
        """What the last try met: a call that is not let out ends with the same."""
        error = copy.copy(self._last) or Upstream(speaker="us")
        error.__traceback__ = None
        return error


def is_failure(error: GatewayError) -> bool:
    """Whether this is the gateway's failure: nobody there, no answer, or a 5xx that is not Klaviyo's own."""
    if isinstance(error, Upstream) and not error.passing:
        return False
    return isinstance(error, (Unreachable, OutcomeUnknown, Upstream)) and error.speaker != "klaviyo"
