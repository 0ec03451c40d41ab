"""A key's way out: addresses, key, the pooled connections for what may repeat, fresh ones for what may not."""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import random
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import urllib3

from klaviyo_app.gateway import fresh
from klaviyo_app.gateway.budget import Budget
from klaviyo_app.gateway.catalogue.operation import Operation, Repeat
from klaviyo_app.gateway.circuit import Circuit
from klaviyo_app.gateway.errors import GatewayError, KeyRefused, OutcomeUnknown, Unreachable, Upstream
from klaviyo_app.gateway.wire import Request


class Gateway:
    """One a process and key: addresses, key, revision and the pooled connections. Safe to share between threads.

    Times in seconds: to connect, between two reads, for a whole request. KeyRefused for a key that cannot be one.
    """

    def __init__(
        self,
        gateway_url: str,
        control_url: str,
        key: str,
        revision: str,
        budget: Budget | None = None,
        *,
        connect_s: float = 3.0,
        read_s: float = 25.0,
        total_s: float = 60.0,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
        now: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
    ) -> None:
        self.gateway_url = gateway_url.rstrip("/")
        self.control_url = control_url.rstrip("/")
        self.revision = revision
        self.budget = budget
        self.connect_s = connect_s
        self.read_s = read_s
        self.total_s = total_s
        self.sleep = sleep
        self.chance = chance
        self.now = now
        self.circuits: dict[str, Circuit] = {}  # by account
        self.served: dict[str, str] = {}  # revision asked for -> the one that Klaviyo named last
        self._key = key.strip()
        if not self._key.isascii() or not self._key.isprintable():
            raise KeyRefused("The key has characters that no key has.", speaker="us")
        self._pools: urllib3.PoolManager | None = None
        self._pools_pid = 0
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"Gateway({self.gateway_url!r}, key=****)"

    def __reduce__(self) -> str:
        raise TypeError("a gateway holds a key and is not pickled")

    @property
    def key(self) -> str:
        """Maton's key. Only the transports read it."""
        return self._key

    @property
    def key_id(self) -> str:
        """A name for the key that gives nothing of it away."""
        return hashlib.sha256(self._key.encode()).hexdigest()[:16]

    def pools(self) -> urllib3.PoolManager:
        """The pooled connections of this process (a forked child makes its own)."""
        with self._lock:
            if self._pools is None or self._pools_pid != os.getpid():
                self._pools = urllib3.PoolManager(num_pools=4, maxsize=16, ssl_context=fresh.tls_context())
                self._pools_pid = os.getpid()
            return self._pools

    def close(self) -> None:
        """Close the pooled connections."""
        with self._lock:
            if self._pools is not None:
                self._pools.clear()
            self._pools = None

    def send(self, request: Request) -> fresh.Raw:
        """One request, one try. Raises Unreachable (nothing left), OutcomeUnknown or, for reads, Upstream."""
        if request.operation.repeat is Repeat.ONCE:
            return _send_fresh(self, request)
        return _send_pooled(self, request)


def _send_fresh(gateway: Gateway, request: Request) -> fresh.Raw:
    name = request.operation.name
    try:
        return fresh.exchange(request, gateway.key, connect_s=gateway.connect_s, total_s=gateway.read_s)
    except fresh.NothingLeft as error:
        raise Unreachable(operation=name, speaker="us") from error
    except fresh.Lost as error:
        raise OutcomeUnknown(operation=name, speaker="us") from error


def _send_pooled(gateway: Gateway, request: Request) -> fresh.Raw:
    """No environment, no cookies, no redirects, no tries again: urllib3 has none of them unless told."""
    name = request.operation.name
    parts = urlsplit(request.url)
    own = {"Accept-Encoding": "gzip, deflate", "Authorization": f"Bearer {gateway.key}"}
    deadline = time.monotonic() + gateway.total_s
    try:
        pool = gateway.pools().connection_from_host(parts.hostname, parts.port, parts.scheme)
        response = pool.urlopen(
            request.method,
            f"{parts.path}?{parts.query}" if parts.query else parts.path,
            body=request.body,
            headers={**request.headers, **own},
            timeout=urllib3.Timeout(connect=gateway.connect_s, read=gateway.read_s),
            retries=False,
            redirect=False,
            preload_content=False,
        )
        try:
            body = _read_capped(response, deadline)
        except BaseException:
            response.close()  # what is left of the answer must not meet the next one
            raise
        response.release_conn()
        headers = {key.lower(): value for key, value in response.headers.items()}
        return fresh.Raw(response.status, headers, body)
    except fresh.TooLarge as error:
        raise Upstream("The answer is too long.", passing=False, operation=name, speaker="us") from error
    except (urllib3.exceptions.HTTPError, OSError, ValueError, fresh.Lost) as error:
        raise _transport_error(request.operation, error) from error


def _read_capped(response: urllib3.BaseHTTPResponse, deadline: float) -> bytes:
    pieces = bytearray()
    while piece := response.read1(65536, decode_content=True):
        pieces += piece
        if len(pieces) > fresh.BODY_CAP:
            raise fresh.TooLarge("the answer is too long")
        if time.monotonic() > deadline:
            raise fresh.Lost("the answer drips too slowly")
    return bytes(pieces)


def _transport_error(operation: Operation, error: Exception) -> GatewayError:
    facts: dict[str, Any] = {"operation": operation.name, "speaker": "us"}
    if _never_connected(error):
        return Unreachable(**facts)
    if operation.repeat is Repeat.READ:
        return Upstream("No whole answer came.", **facts)
    return OutcomeUnknown(**facts)


def _never_connected(error: Exception) -> bool:
    if isinstance(error, (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)):
        return True
    return isinstance(error, urllib3.exceptions.SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error)
