"""Peak memory of a process that has the product loaded and exports a million profiles to lines of JSON."""

from __future__ import annotations

import subprocess
import sys

from bench.profiles import SIZE
from bench.table import show

PEOPLE = 1_000_000
MOST_MB = 150


def main() -> None:
    """Start server and exporter, each a process of its own, and print what the exporter needed."""
    rows: list[tuple[object, ...]] = []
    for people in (PEOPLE // 100, PEOPLE):
        serving = [sys.executable, "-m", "bench.export_server", str(people // SIZE)]
        server = subprocess.Popen(serving, stdout=subprocess.PIPE, text=True)
        try:
            port = server.stdout.readline().strip() if server.stdout else ""
            measuring = [sys.executable, "-m", "bench.export_measured", f"http://127.0.0.1:{port}"]
            told = subprocess.run(measuring, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
        finally:
            server.kill()
            server.wait()
        count, before_mb, peak_mb, seconds = int(told[0]), float(told[1]), float(told[2]), float(told[3])
        if count != people:
            sys.exit(f"bench: {count} of {people} profiles arrived")
        rows.append((f"{people:,}", before_mb, peak_mb, MOST_MB, f"{people / seconds:,.0f}"))
    show("Export of all profiles", ("profiles", "MB before", "peak MB", "at most", "profiles a second"), rows)
