"""One request on one fresh connection, never repeated, and exact knowledge of whether a byte of it left.

No pool, no redirects, no proxy, no environment; a wall-clock limit that a slow drip cannot outlive.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import certifi

from klaviyo_app.gateway.wire import Request

BODY_CAP = 20 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Raw:
    """What came back: status, headers with lower-case names, body."""

    status: int
    headers: dict[str, str]
    body: bytes


class NothingLeft(Exception):
    """Proof that no byte of the request left: no name, no connection, no TLS, no time."""


class Lost(Exception):
    """Something may have left and no whole answer came."""


class TooLarge(Lost):
    """The answer is longer than we read."""


@lru_cache(maxsize=1)
def tls_context() -> ssl.SSLContext:
    """The machine's certificates and certifi's."""
    context = ssl.create_default_context()
    context.load_verify_locations(certifi.where())
    return context


def exchange(
    request: Request,
    key: str,
    *,
    connect_s: float,
    total_s: float,
    before_first_byte: Callable[[], None] | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> Raw:
    """Send the request once and read its answer.

    `before_first_byte` runs when the connection stands; what it raises goes to the caller, and nothing has left then.
    Raises NothingLeft, Lost or TooLarge; times in seconds, `total_s` from now to the last byte read.
    """
    deadline = clock() + total_s
    sock = _connected(request, min(connect_s, total_s), clock)
    with contextlib.closing(sock):
        if clock() >= deadline:
            raise NothingLeft("no time left after connecting")
        if before_first_byte is not None:
            before_first_byte()
        if clock() >= deadline:
            raise NothingLeft("no time left before the first byte")
        try:
            return _ask(request, key, _Deadline(sock, deadline, clock))
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise Lost(type(error).__name__) from error


def _connected(request: Request, connect_s: float, clock: Callable[[], float]) -> socket.socket:
    parts = urlsplit(request.url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    end = clock() + connect_s
    try:
        sock = _dialled(host, port, end, clock)
    except (OSError, UnicodeError) as error:
        raise NothingLeft(f"{type(error).__name__}: not connected") from error
    if parts.scheme != "https":
        return sock
    try:
        sock.settimeout(max(end - clock(), 0.001))
        return tls_context().wrap_socket(sock, server_hostname=host)
    except (OSError, ValueError) as error:
        sock.close()
        raise NothingLeft(f"{type(error).__name__}: no TLS") from error


def _dialled(host: str, port: int, end: float, clock: Callable[[], float]) -> socket.socket:
    """The first address of the name that accepts, all of them within the time."""
    last: OSError = TimeoutError("no address")
    for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
        left = end - clock()
        if left <= 0:
            break
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(left)
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = error
            continue
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return sock
    raise last


def _ask(request: Request, key: str, sock: _Deadline) -> Raw:
    parts = urlsplit(request.url)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port)
    connection.auto_open = 0  # never a second connection behind our back
    connection.sock = sock  # type: ignore[assignment]
    connection.putrequest(request.method, target, skip_host=True, skip_accept_encoding=True)
    own = {"Host": parts.netloc, "Authorization": f"Bearer {key}", "Accept-Encoding": "identity", "Connection": "close"}
    for name, value in {**own, **request.headers}.items():
        connection.putheader(name, value)
    if request.body is not None or request.method != "GET":
        connection.putheader("Content-Length", str(len(request.body or b"")))
    connection.endheaders(request.body)
    response = connection.getresponse()
    return Raw(response.status, _lowered(response.getheaders()), _body(response))


def _lowered(headers: list[tuple[str, str]]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers}


def _body(response: http.client.HTTPResponse) -> bytes:
    pieces = bytearray()
    for piece in _pieces(response):
        pieces += piece
        if len(pieces) > BODY_CAP:
            raise TooLarge("the answer is too long")
    if response.length:
        raise http.client.IncompleteRead(bytes(pieces), response.length)
    return bytes(pieces)


def _pieces(response: http.client.HTTPResponse) -> Iterator[bytes]:
    while piece := response.read1(65536):
        yield piece


class _Deadline:
    """A socket whose every send and receive gets only the time that is left of the whole."""

    def __init__(self, sock: socket.socket, deadline: float, clock: Callable[[], float]) -> None:
        self._sock = sock
        self._deadline = deadline
        self._clock = clock

    def _arm(self) -> None:
        left = self._deadline - self._clock()
        if left <= 0:
            raise TimeoutError("the time for the whole request is over")
        self._sock.settimeout(left)

    def sendall(self, data: bytes) -> None:
        self._arm()
        self._sock.sendall(data)

    def recv_into(self, buffer: Any) -> int:
        self._arm()
        return self._sock.recv_into(buffer)

    def makefile(self, _mode: str = "rb") -> io.BufferedReader:
        return io.BufferedReader(_Reader(self))

    def close(self) -> None:
        """Leave the socket to `exchange`: http.client calls this before the body of a last answer is read."""


class _Reader(io.RawIOBase):
    def __init__(self, sock: _Deadline) -> None:
        self._deadline_sock = sock

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._deadline_sock.recv_into(buffer)
