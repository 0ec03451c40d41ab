"""A real TCP server that plays a script: one behaviour a connection, in order, the last one again and again."""

from __future__ import annotations

import json
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Behaviour = Callable[[socket.socket, "Received"], None]


@dataclass
class Received:
    """One request as it came over the socket."""

    line: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""

    @property
    def method(self) -> str:
        return self.line.split(" ")[0]

    @property
    def target(self) -> str:
        return self.line.split(" ")[1]


class WireServer:
    """Listens on a free port of the loopback. `requests` are those read whole, `connections` all that were accepted."""

    def __init__(self, *script: Behaviour) -> None:
        self.script = list(script)
        self.requests: list[Received] = []
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._stop = False
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._stop = True
        self._socket.close()

    def _serve(self) -> None:
        while not self._stop:
            try:
                sock, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._talk, args=(sock,), daemon=True).start()

    def _talk(self, sock: socket.socket) -> None:
        with sock:
            stream = sock.makefile("rb")
            while True:
                behaviour = self.script[min(len(self.requests), len(self.script) - 1)]
                if getattr(behaviour, "before_reading", False):
                    behaviour(sock, Received())
                    return
                received = _read(stream)
                if received is None:
                    return
                self.requests.append(received)
                try:
                    behaviour(sock, received)
                except OSError:
                    return
                if getattr(behaviour, "ends", True):
                    return


def _read(stream: Any) -> Received | None:
    try:
        line = stream.readline()
    except OSError:
        return None
    if not line:
        return None
    received = Received(line.decode("latin-1").strip())
    while text := stream.readline().decode("latin-1").strip():
        name, _, value = text.partition(":")
        received.headers[name.lower()] = value.strip()
    received.body = stream.read(int(received.headers.get("content-length", "0")))
    return received


def reply(
    status: int = 200,
    document: Any = None,
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    keep: bool = False,
) -> Behaviour:
    """Answer whole; with `keep` the connection stays open for a next request."""
    payload = body if body is not None else (b"" if document is None else json.dumps(document).encode())

    def behave(sock: socket.socket, _: Received) -> None:
        lines = [f"HTTP/1.1 {status} X", f"Content-Length: {len(payload)}"]
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if not keep:
            lines.append("Connection: close")
        sock.sendall("\r\n".join(lines).encode() + b"\r\n\r\n" + payload)

    behave.ends = not keep
    return behave


def reset(sock: socket.socket, _: Received) -> None:
    """Cut the line (RST) after the request was read."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset_unread(sock: socket.socket, received: Received) -> None:
    """Cut the line when the request begins to arrive, without reading it."""
    sock.recv(1, socket.MSG_PEEK)
    reset(sock, received)


reset_unread.before_reading = True


def hang(seconds: float) -> Behaviour:
    """Read the request and say nothing."""

    def behave(_: socket.socket, __: Received) -> None:
        time.sleep(seconds)

    return behave


def drip(seconds: float, *, in_headers: bool = False) -> Behaviour:
    """One byte every 50 ms."""

    def behave(sock: socket.socket, _: Received) -> None:
        sock.sendall(
            b"HTTP/1.1 200 OK\r\nX-Slow: " if in_headers else b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
        )
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            sock.sendall(b"x")
            time.sleep(0.05)

    return behave


def raw(data: bytes) -> Behaviour:
    """These bytes, then the end."""

    def behave(sock: socket.socket, _: Received) -> None:
        sock.sendall(data)

    return behave


def klaviyo_error(status: int, code: str, detail: str = "No.", **source: str) -> dict[str, Any]:
    """An error body as Klaviyo writes it."""
    item = {"id": "e1", "status": status, "code": code, "title": "T", "detail": detail, "source": source}
    return {"errors": [item]}
