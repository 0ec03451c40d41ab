"""The lock that is held through the POST: it lives and dies with the process that holds it.

PostgreSQL: a session advisory lock on a connection of its own. SQLite: flock on a file beside the database. Neither has
a lease, so nobody acts behind the back of a process that only froze; a dead one frees it with its socket or descriptor.
A pooler in transaction mode (PgBouncer) breaks the first: connect the worker to PostgreSQL itself.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.db import Error, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper

_THIS_LOCK = """
    SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = pg_backend_pid()
    AND classid = %s::bigint::oid AND objid = %s::bigint::oid AND objsubid = 2
"""


class Lock(Protocol):
    """A lock in hand."""

    def alive(self) -> bool:
        """Whether it is still ours at this moment."""


class AdvisoryLock:
    """PostgreSQL's: two keys, the account's row and the campaign."""

    def __init__(self, session: BaseDatabaseWrapper, keys: tuple[int, int]) -> None:
        self._session = session
        self._keys = keys

    def alive(self) -> bool:
        """Asks the session itself; a connection that was cut has lost the lock."""
        try:
            with self._session.cursor() as cursor:
                cursor.execute(_THIS_LOCK, [key & 0xFFFFFFFF for key in self._keys])
                return cursor.fetchone() is not None
        except Error:
            return False


class FileLock:
    """flock on an open file; the file is never deleted, only replaced ones would fool it."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self._path = path

    def alive(self) -> bool:
        """The descriptor is open and the path still leads to the same file."""
        try:
            return os.fstat(self._descriptor).st_ino == self._path.stat().st_ino
        except OSError:
            return False


def _signed(value: int) -> int:
    return value - (1 << 32) if value >= 1 << 31 else value


@contextmanager
def _advisory(account_id: int, campaign_id: str) -> Iterator[AdvisoryLock | None]:
    keys = (_signed(account_id & 0xFFFFFFFF), _signed(zlib.crc32(campaign_id.encode())))
    session = connections["default"].copy()
    try:
        with session.cursor() as cursor:
            # The server must not drop a session whose holder only froze: longer than the whole limit of a POST.
            cursor.execute(
                "SET tcp_keepalives_idle = 60; SET tcp_keepalives_interval = 15; SET tcp_keepalives_count = 8"
            )
            cursor.execute("SET idle_session_timeout = 0")
            cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
            got = cursor.fetchone()[0]
        yield AdvisoryLock(session, keys) if got else None
    finally:
        session.close()


def lock_folder() -> Path:
    """Where the lock files lie: beside the SQLite file, for every process that shares it must meet there."""
    name = str(connection.settings_dict["NAME"])
    if name == ":memory:" or "mode=memory" in name:  # a database of this one process
        return Path(tempfile.gettempdir()) / f"send-locks-{os.getpid()}"
    return Path(name).resolve().parent / "locks" if name else Path(settings.VAR) / "locks"


@contextmanager
def _file(account_id: int, campaign_id: str) -> Iterator[FileLock | None]:
    folder = lock_folder()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{account_id}-{zlib.crc32(campaign_id.encode()):08x}.lock"
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield None
        else:
            yield FileLock(descriptor, path)
    finally:
        with suppress(OSError):
            os.close(descriptor)


@contextmanager
def campaign_lock(account_id: int, campaign_id: str) -> Iterator[Lock | None]:
    """The campaign's lock, or None at once where somebody else has it. It ends with the block or with the process."""
    held = _advisory if connection.vendor == "postgresql" else _file
    with held(account_id, campaign_id) as lock:
        yield lock


def unsafe_storage() -> str:
    """Why this database must not carry sends ("" if it may): a commit has to survive a power cut."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for name in ("fsync", "synchronous_commit"):
                cursor.execute(f"SHOW {name}")
                if cursor.fetchone()[0] == "off":
                    return f"PostgreSQL's {name} is off"
            return ""
        cursor.execute("PRAGMA synchronous")
        level = cursor.fetchone()[0]
    return "" if int(level) >= 2 else "SQLite's synchronous is below FULL"
