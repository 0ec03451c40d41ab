"""Timing and printing that all benchmarks share."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Sequence


def cpu_ms(act: Callable[[], object], *, times: int, warm: int = 3) -> float:
    """Median CPU time of one call, in milliseconds of this process."""
    for _ in range(warm):
        act()
    taken = []
    for _ in range(times):
        before = time.process_time()
        act()
        taken.append((time.process_time() - before) * 1000)
    return statistics.median(taken)


def side_by_side(
    ours: Callable[[], object], reference: Callable[[], object], *, times: int, rounds: int = 5
) -> tuple[float, float, float]:
    """Medians of both in CPU ms and the median ratio, taken in turn so that the machine's drift cancels out."""
    pairs = [(cpu_ms(ours, times=times), cpu_ms(reference, times=times)) for _ in range(rounds)]
    return (
        statistics.median(pair[0] for pair in pairs),
        statistics.median(pair[1] for pair in pairs),
        statistics.median(pair[0] / pair[1] for pair in pairs),
    )


def show(title: str, head: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table as Markdown, so that it can be kept as it is."""
    print(f"\n### {title}\n")
    print("| " + " | ".join(head) + " |")
    print("|" + "---|" * len(head))
    for row in rows:
        print("| " + " | ".join(f"{cell:.2f}" if isinstance(cell, float) else str(cell) for cell in row) + " |")


def quantile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies; 0.0 of none."""
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else 0.0
