"""How long `make run` takes until the first page, and what everything that it starts weighs when idle."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import requests

from bench.table import show
from tests.browser.stack import Stack

SETTLE_S = 20


def _family(pid: int) -> list[int]:
    """The process and all below it."""
    found = [pid]
    for task in Path(f"/proc/{pid}/task").iterdir():
        for child in (task / "children").read_text().split():
            found += _family(int(child))
    return found


def _pss_mb(pid: int) -> float:
    """Proportional memory in MB: shared pages are counted once over all processes."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _start(folder: Path) -> tuple[Stack, float]:
    stack = Stack(folder)
    before = time.monotonic()
    stack.start()
    requests.get(f"{stack.site}/login/", timeout=30)
    return stack, time.monotonic() - before


def main() -> None:
    """Print seconds to the first page (new database, then again) and MB a program."""
    folder = Path(tempfile.mkdtemp(prefix="bench-start-"))
    stack, first = _start(folder)
    stack.stop()
    stack, again = _start(folder)
    try:
        time.sleep(SETTLE_S)
        weights = {name: sum(_pss_mb(pid) for pid in _family(process.pid)) for name, process in stack.processes.items()}
    finally:
        stack.stop()
    show("Start of everything, set-up already done", ("", "seconds"), [("new database", first), ("again", again)])
    rows: list[tuple[object, ...]] = [
        *weights.items(),
        ("all (the process manager adds about 20)", sum(weights.values())),
    ]
    show(f"Memory, idle for {SETTLE_S} s", ("program", "MB"), rows)
