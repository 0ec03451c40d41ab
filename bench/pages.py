"""Server time of each kind's list page with 100 rows, beside a bare Django view that renders the same rows from memory.

At 1,000 and 100,000 mirrored rows, on SQLite and PostgreSQL, all middleware on, logged in, one client.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.postgres import postgres

SIZES = (1_000, 100_000)


def main() -> None:
    """Run the measuring once a database, each in a process of its own (settings are read once)."""
    folder = Path(tempfile.mkdtemp(prefix="bench-pages-"))
    with postgres(folder / "pg") as address:
        for name, url in (("SQLite", f"sqlite:///{folder / 'db.sqlite3'}"), ("PostgreSQL", address)):
            if not url:
                print(f"\n({name}: no server and no binary at hand, left out)")
                continue
            env = {**os.environ, "DATABASE_URL": url, "BENCH_DATABASE": name, "LOG_LEVEL": "ERROR"}
            subprocess.run([sys.executable, "-m", "bench.pages_measured"], env=env, check=True)
