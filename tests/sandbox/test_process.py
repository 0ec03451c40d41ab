"""The process: restarts, kill -9, what it counts at the socket, what it costs."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.environment import free_port
from tests.sandbox.calls import make_list, names
from tests.sandbox_server import ROOT, Sandbox, World


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox with a store of its own."""
    running = Sandbox(store=tmp_path / "sandbox.sqlite3")
    yield running
    running.stop()


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL])
def test_a_restart_keeps_everything(own: Sandbox, how: signal.Signals) -> None:
    world = own.world(job_seconds=0.7)
    make_list(world, "Snow")
    world.advance(3600)
    own.stop(how)
    own.start()
    assert names(world.call("GET", "lists")) == ["Snow"]
    kept = world.settings()
    assert (kept["job_seconds"], kept["limits"]) == (0.7, False)
    created = make_list(world, "Ice")
    stamps = [world.call("GET", f"lists/{created}")["data"]["attributes"]["created"]]
    assert stamps[0] > world.call("GET", "lists")["data"][0]["attributes"]["created"]


def test_requests_are_counted_whatever_becomes_of_them(world: World) -> None:
    world.fault("get_lists", "reset-before")
    with pytest.raises(requests.RequestException):
        world.ask("GET", "lists")
    world.ask("GET", "lists")
    world.ask("GET", "lists", headers={"revision": None})
    told = world.requests("get_lists")
    assert [one["status"] for one in told] == [None, 200, 400]
    assert told[0]["fault"] == "reset-before"
    assert (told[1]["connection"], told[1]["revision"]) == (world.connection_id, "2026-07-15")
    assert world.key not in str(told)


def test_half_a_request_is_no_request(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.sandbox.port)) as line:
        head = f"POST /klaviyo/api/lists HTTP/1.1\r\nAuthorization: Bearer {world.key}\r\nContent-Length: 50\r\n\r\n"
        line.sendall(head.encode() + b"{")
        line.shutdown(socket.SHUT_WR)
        assert b"400" in line.recv(1000)
    assert world.count("create_list") == 0


def test_one_line_carries_many_requests(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.sandbox.port)) as line:
        ask = f"GET /connections HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {world.key}\r\n\r\n".encode()
        line.sendall(ask * 3)
        line.settimeout(5)
        got = b""
        while got.count(b"HTTP/1.1 200") < 3:
            got += line.recv(65536)
    assert world.count("list_connections") == 3


def test_threads_write_at_once_and_nothing_is_lost(world: World) -> None:
    def write(number: int) -> None:
        for one in range(10):
            make_list(world, f"{number} {one}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert world.count("create_list") == 40
    found, where = 0, "lists"
    while where:
        page = world.call("GET", where)
        found += len(page["data"])
        where = (page["links"]["next"] or "").partition("/api/")[2]
    assert found == 40


def test_the_control_address_refuses_nonsense(world: World) -> None:
    for path, what in (
        ("settings", {"key": world.key, "colour": "white"}),
        ("connections/none", {"mode": "working"}),
        (f"connections/{world.connection_id}", {"mode": "asleep"}),
        ("clock", {"key": "nobody", "advance_s": 1}),
        ("connect", {"key": world.key, "account_id": "none"}),
        ("weather", {}),
    ):
        with pytest.raises(RuntimeError):
            world.sandbox.tell(path, **what)


def test_an_idle_sandbox_is_small() -> None:
    own = Sandbox()
    try:
        own.world().call("GET", "lists")
        status = Path(f"/proc/{own.process.pid}/status")
        if not status.exists():
            pytest.skip("no /proc here")
        resident = next(line for line in status.read_text().splitlines() if line.startswith("VmRSS"))
    finally:
        own.stop()
    assert int(resident.split()[1]) < 60_000


def test_the_command_of_django_becomes_the_server(tmp_path: Path) -> None:
    port = free_port()
    command = [sys.executable, "manage.py", "sandbox", "--port", str(port), "--data", "empty"]
    command += ["--store", str(tmp_path / "s.sqlite3")]
    # Neither the database nor Redis is there.
    env = {**os.environ, "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "REDIS_URL": "redis://127.0.0.1:1/0"}
    process = subprocess.Popen(command, cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == f"sandbox: http://127.0.0.1:{port} (empty)\n"
        answer = requests.get(f"http://127.0.0.1:{port}/_sandbox/accounts?key=sandbox", timeout=5)
        assert len(answer.json()["accounts"]) == 3
        taken = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
        assert (taken.returncode, taken.stderr) == (1, f"sandbox: port {port}: Address already in use\n")
    finally:
        process.terminate()
        code = process.wait(10)
    assert code == 0
