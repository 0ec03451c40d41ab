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
# Beside a page of the reference, not beside one thing.
PAGES = ("100 profiles", "100 members of a list", "100 campaigns", "200 newest events")
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


def _heads(connection: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {KEY}", "Maton-Connection": connection, "revision": "2026-07-15"}


def _request(path: str, connection: str = "") -> bytes:
    heads = "".join(f"{name}: {value}\r\n" for name, value in _heads(connection).items())
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{heads}\r\n".encode()


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


def _connected(port: int) -> str:
    """A connection to the large account, without limits."""
    account = _HTTP.request("GET", f"http://127.0.0.1:{port}/_sandbox/accounts?key={KEY}")
    first = orjson.loads(account.data)["accounts"][0]["id"]
    _order(port, "settings", {"key": KEY, "limits": False, "maton_limit": False})
    return str(_order(port, "connect", {"key": KEY, "account_id": first})["connection_id"])


def _rates(port: int, connection: str) -> list[tuple[object, ...]]:
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
        "100 members of a list": f"lists/{group}/profiles?page[size]={SIZE}",
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


class _Asker:
    """Asks one thing after another and knows how long each took."""

    def __init__(self, port: int, connection: str) -> None:
        self._port = port
        self._heads = {**_heads(connection), "Content-Type": "application/vnd.api+json"}

    def __call__(self, method: str, path: str, kind: str = "", **members: Any) -> tuple[float, Any]:
        """Seconds, and the data of the answer. `members`: of the body's data beside its type."""
        body = orjson.dumps({"data": {"type": kind, **members}}) if kind else None
        before = time.monotonic()
        address = f"http://127.0.0.1:{self._port}/klaviyo/api/{path}"
        answer = _HTTP.request(method, address, headers=self._heads, body=body, timeout=600)
        taken = time.monotonic() - before
        if answer.status >= 300:
            sys.exit(f"bench: {method} {path} was answered {answer.status}: {answer.data[:300]!r}")
        return taken, orjson.loads(answer.data)["data"]


def _long_ones(ask: _Asker) -> list[tuple[object, ...]]:
    """What looks at many people: seconds to the answer, and until it is through."""
    metrics = {one["attributes"]["name"]: one["id"] for one in ask("GET", "metrics")[1]}
    rows: list[tuple[object, ...]] = []
    for key in ("last_30_days", "last_365_days"):
        asked = {"statistics": ["opens", "conversions"], "timeframe": {"key": key}}
        attributes = {**asked, "conversion_metric_id": metrics["Placed Order"]}
        taken, _ = ask("POST", "campaign-values-reports", "campaign-values-report", attributes=attributes)
        rows.append((f"report on campaigns, {key}", f"{taken:.2f}", "-"))
    city = {"type": "string", "operator": "equals", "value": "Oslo"}
    condition = {"type": "profile-property", "property": "location.city", "filter": city}
    attributes = {"name": "Oslo", "definition": {"condition_groups": [{"conditions": [condition]}]}}
    taken, segment = ask("POST", "segments", "segment", attributes=attributes)
    begun = time.monotonic()
    while ask("GET", f"segments/{segment['id']}")[1]["attributes"]["is_processing"]:
        time.sleep(0.5)
    rows.append(("new segment", f"{taken:.2f}", f"{time.monotonic() - begun:.0f}"))
    return [*rows, *_a_send(ask)]


def _a_send(ask: _Asker) -> list[tuple[object, ...]]:
    """A campaign to the largest list: counted, sent, and received by everybody."""
    lists = [one["id"] for one in ask("GET", "lists")[1]]
    count = "additional-fields[list]=profile_count"
    sizes = {one: ask("GET", f"lists/{one}?{count}")[1]["attributes"]["profile_count"] for one in lists}
    content = {"subject": "Hello", "from_email": "shop@example.com", "from_label": "Shop"}
    message = {"type": "campaign-message", "attributes": {"definition": {"channel": "email", "content": content}}}
    attributes = {
        "name": "To all",
        "audiences": {"included": [max(sizes, key=lambda one: sizes[one])], "excluded": []},
        "campaign-messages": {"data": [message]},
    }
    made = ask("POST", "campaigns", "campaign", attributes=attributes)[1]
    text = made["relationships"]["campaign-messages"]["data"][0]["id"]
    design = {"template": {"data": {"type": "template", "id": ask("GET", "templates")[1][0]["id"]}}}
    ask("POST", "campaign-message-assign-template", "campaign-message", id=text, relationships=design)
    job = "campaign-recipient-estimation-job"
    ask("POST", f"{job}s", job, id=made["id"])
    time.sleep(1.5)
    counted, found = ask("GET", f"campaign-recipient-estimations/{made['id']}")
    people = found["attributes"]["estimated_recipient_count"]
    sent, _ = ask("POST", "campaign-send-jobs", "campaign-send-job", id=made["id"])
    while ask("GET", f"campaigns/{made['id']}")[1]["attributes"]["status"] != "Sent":
        time.sleep(0.5)
    return [(f"estimation, {people:,} people", f"{counted:.2f}", "-"), ("send to them", f"{sent:.2f}", "-")]


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
            connection = _connected(port)
            rows = _rates(port, connection)
            status = Path(f"/proc/{server.pid}/status").read_text()
            serving = int(status.partition("VmHWM:")[2].split()[0]) / 1024
            long_ones = _long_ones(_Asker(port, connection))
        finally:
            _stop(server)
    figures = [("s to make it", built), ("MB at most meanwhile", peak), ("GB on disk", size)]
    show(
        "A million people", ("", "figure"), [*figures, ("s to open it", opened), ("MB at most while serving", serving)]
    )
    show("Requests a second", ("answer", "sandbox", "bare orjson server", "sandbox / bare"), rows)
    show("What looks at many people", ("call", "s to the answer", "s until it is through"), long_ones)
