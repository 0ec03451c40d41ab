"""The sandbox with a million people: how long it takes to make and to open, its memory, and its requests a second."""

from __future__ import annotations

import multiprocessing
import resource
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import urllib3

from bench.profiles import SIZE, profile
from bench.table import show

KEY, CLIENTS, SECONDS, ROUNDS = "sandbox", 4, 2.0, 3
PAGES = ("100 profiles", "100 campaigns", "200 newest events")  # beside a page of the reference, not beside one thing
_HTTP = urllib3.PoolManager()


def _start(store: Path) -> tuple[subprocess.Popen[str], int, float]:
    """The process, its port, and the seconds until it serves."""
    command = [sys.executable, "-m", "klaviyo_app.sandbox", "--port=0", "--data=large", f"--store={store}"]
    before = time.monotonic()
    server = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    line = server.stdout.readline() if server.stdout else ""
    return server, int(line.partition("127.0.0.1:")[2].split()[0]), time.monotonic() - before


def _stop(server: subprocess.Popen[str]) -> None:
    server.send_signal(signal.SIGTERM)
    server.wait()


def _order(port: int, name: str, body: dict[str, Any]) -> dict[str, Any]:
    answer = _HTTP.request("POST", f"http://127.0.0.1:{port}/_sandbox/{name}", body=orjson.dumps(body))
    document: dict[str, Any] = orjson.loads(answer.data)
    return document


def _request(path: str, connection: str = "") -> bytes:
    heads = f"Authorization: Bearer {KEY}\r\nMaton-Connection: {connection}\r\nrevision: 2026-07-15"
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{heads}\r\n\r\n".encode()


def _one(line: socket.socket, request: bytes) -> bytes:
    """An answer, head and body."""
    line.sendall(request)
    found = b""
    while b"\r\n\r\n" not in found:
        found += line.recv(262144)
    head, _, body = found.partition(b"\r\n\r\n")
    length = int(head.lower().partition(b"content-length:")[2].split()[0])
    parts, got = [body], len(body)
    while got < length:
        parts.append(line.recv(262144))
        got += len(parts[-1])
    return head + b"\r\n\r\n" + b"".join(parts)


def _client(port: int, request: bytes, counts: multiprocessing.queues.Queue[int]) -> None:
    """As many as fit into the time, on one line."""
    with socket.create_connection(("127.0.0.1", port)) as line:
        if not _one(line, request).startswith(b"HTTP/1.1 200"):
            sys.exit("bench: the sandbox did not answer 200")
        end, count = time.monotonic() + SECONDS, 0
        while time.monotonic() < end:
            _one(line, request)
            count += 1
    counts.put(count)


def _rate(port: int, request: bytes) -> float:
    """Requests a second of some clients, each a process."""
    counts: multiprocessing.queues.Queue[int] = multiprocessing.Queue()
    clients = [multiprocessing.Process(target=_client, args=(port, request, counts)) for _ in range(CLIENTS)]
    for one in clients:
        one.start()
    total = sum(counts.get(timeout=60) for _ in clients)
    for one in clients:
        one.join()
    return total / SECONDS


def _echo(listening: socket.socket, answer: Callable[[], bytes]) -> None:
    """The reference: a thread a connection, reads a head, writes what orjson makes of it anew each time."""

    def talk(line: socket.socket) -> None:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        with line:
            while line.recv(65536):
                body = answer()
                line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(body) + body)

    while True:
        threading.Thread(target=talk, args=(listening.accept()[0],), daemon=True).start()


def _reference(data: Any) -> tuple[multiprocessing.Process, int]:
    listening = socket.create_server(("127.0.0.1", 0))
    document = {"data": data, "links": {"next": None}}
    server = multiprocessing.Process(target=_echo, args=(listening, lambda: orjson.dumps(document)), daemon=True)
    server.start()
    return server, int(listening.getsockname()[1])


def _rates(port: int) -> list[tuple[object, ...]]:
    account = _HTTP.request("GET", f"http://127.0.0.1:{port}/_sandbox/accounts?key={KEY}")
    first = orjson.loads(account.data)["accounts"][0]["id"]
    _order(port, "settings", {"key": KEY, "limits": False, "maton_limit": False})
    connection = _order(port, "connect", {"key": KEY, "account_id": first})["connection_id"]
    with socket.create_connection(("127.0.0.1", port)) as line:
        person, group = (
            orjson.loads(_one(line, _request(f"/klaviyo/api/{one}", connection)).partition(b"\r\n\r\n")[2])["data"][0][
                "id"
            ]
            for one in ("profiles", "lists")
        )
    pages = {
        "100 profiles": f"profiles?page[size]={SIZE}",
        "one profile": f"profiles/{person}",
        "10 lists": "lists",
        "a list with its count": f"lists/{group}?additional-fields[list]=profile_count",
        "100 campaigns": "campaigns?filter=equals(messages.channel,%22email%22)",
        "events of a profile": f"events?filter=equals(profile_id,%22{person}%22)",
        "200 newest events": "events?sort=-datetime",
    }
    echoes = {"100 profiles": _reference([profile(number) for number in range(SIZE)]), "one": _reference(profile(1))}
    rows: list[tuple[object, ...]] = []
    for name, path in pages.items():
        _, echo = echoes["100 profiles" if name in PAGES else "one"]
        pairs = [
            (_rate(port, _request(f"/klaviyo/api/{path}", connection)), _rate(echo, _request("/")))
            for _ in range(ROUNDS)
        ]
        ours, bare = (statistics.median(one[place] for one in pairs) for place in (0, 1))
        rows.append((name, f"{ours:,.0f}", f"{bare:,.0f}", f"{ours / bare:.2f}"))
    for server, _ in echoes.values():
        server.kill()
    return rows


def main() -> None:
    """Make the data, open it again, and ask."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        store = Path(folder) / "large.sqlite3"
        server, _, built = _start(store)
        _stop(server)
        peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
        size = store.stat().st_size / 2**30
        server, port, opened = _start(store)
        try:
            rows = _rates(port)
            status = Path(f"/proc/{server.pid}/status").read_text()
            serving = int(status.partition("VmHWM:")[2].split()[0]) / 1024
        finally:
            _stop(server)
    figures = [("s to make it", built), ("MB at most meanwhile", peak), ("GB on disk", size)]
    show(
        "A million people", ("", "figure"), [*figures, ("s to open it", opened), ("MB at most while serving", serving)]
    )
    show("Requests a second", ("answer", "sandbox", "bare orjson server", "sandbox / bare"), rows)
