"""HTTP/1.1 over a socket: read a request whole, write an answer, or cut the line at a chosen place."""

from __future__ import annotations

import socket
import struct
from dataclasses import dataclass, field
from http import HTTPStatus
from io import BufferedIOBase
from typing import Any
from urllib.parse import parse_qsl, unquote

import orjson

MOST_HEADERS = 100
MOST_LINE = 65536
MOST_BODY = 12 * 1024 * 1024

_REASONS = {one.value: one.phrase for one in HTTPStatus}


class Unreadable(Exception):
    """What came is no HTTP/1.1 request that we read."""


@dataclass(slots=True)
class Request:
    """One request, read whole. Header names in lower case."""

    method: str
    path: str  # as it came, percent-encoded
    query: str
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """The query, decoded once."""
        return parse_qsl(self.query, keep_blank_values=True)

    @property
    def parts(self) -> tuple[str, ...]:
        """The path between the slashes, decoded."""
        return tuple(unquote(one) for one in self.path.strip("/").split("/"))

    @property
    def origin(self) -> str:
        """Where the other side believes us to be."""
        return f"http://{self.headers.get('host', '127.0.0.1')}"

    @property
    def key(self) -> str:
        """The Bearer key, "" without."""
        scheme, _, key = self.headers.get("authorization", "").partition(" ")
        return key.strip() if scheme.lower() == "bearer" else ""


@dataclass(slots=True)
class Response:
    """An answer before it is written."""

    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    def written(self, *, close: bool, head: bool = False) -> bytes:
        """The bytes on the wire; without the body for a HEAD."""
        lines = [f"HTTP/1.1 {self.status} {_REASONS.get(self.status, 'Unknown')}"]
        lines += [f"{name}: {value}" for name, value in self.headers.items()]
        if self.status != 204:
            lines.append(f"Content-Length: {len(self.body)}")
        lines.append("Connection: close" if close else "Connection: keep-alive")
        return "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n" + (b"" if head else self.body)


@dataclass(slots=True)
class Cut:
    """No proper answer: write these bytes, hold the line so long, then close it, with a reset or without."""

    sent: bytes = b""
    hold_s: float = 0.0
    reset: bool = False


def json_response(status: int, document: Any, headers: dict[str, str] | None = None) -> Response:
    """An answer of plain JSON, as Maton gives it."""
    return Response(status, orjson.dumps(document), {"Content-Type": "application/json", **(headers or {})})


def html_response(status: int, page: str, headers: dict[str, str] | None = None) -> Response:
    """An answer of HTML."""
    return Response(status, page.encode(), {"Content-Type": "text/html; charset=utf-8", **(headers or {})})


def read_request(stream: BufferedIOBase) -> Request | None:
    """The next request of a connection; None at its end. Raises Unreadable."""
    line = stream.readline(MOST_LINE)
    if not line:
        return None
    try:
        method, target, version = line.decode("latin-1").split()
    except ValueError as error:
        raise Unreadable("no request line") from error
    headers: dict[str, str] = {}
    while (line := stream.readline(MOST_LINE)) not in (b"\r\n", b"\n"):
        name, colon, value = line.decode("latin-1").partition(":")
        if not colon or len(headers) >= MOST_HEADERS:
            raise Unreadable("no header")
        headers[name.strip().lower()] = value.strip()
    if version == "HTTP/1.0":
        headers.setdefault("connection", "close")
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, _read_body(stream, headers))


def _read_body(stream: BufferedIOBase, headers: dict[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", ""):
        return _read_chunks(stream)
    length = headers.get("content-length", "0")
    if not length.isdigit() or int(length) > MOST_BODY:
        raise Unreadable("no length, or too long")
    body = stream.read(int(length))
    if len(body) < int(length):
        raise Unreadable("the body broke off")
    return body


def _read_chunks(stream: BufferedIOBase) -> bytes:
    chunks: list[bytes] = []
    while sum(map(len, chunks)) <= MOST_BODY:
        try:
            size = int(stream.readline(MOST_LINE).partition(b";")[0], 16)
        except ValueError as error:
            raise Unreadable("no chunk size") from error
        chunks.append(stream.read(size))
        stream.readline(MOST_LINE)
        if size == 0:
            return b"".join(chunks)
    raise Unreadable("too long")


def reset(connection: socket.socket) -> None:
    """Close so that the other side gets a reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    connection.close()
