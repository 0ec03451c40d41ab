"""What the batches of jobs share: how many rows a call carries, and which rows Klaviyo's complaints point at."""

from __future__ import annotations

from collections.abc import Iterable

import orjson

from klaviyo_app.jobs.models import JobRow

MOST_BYTES = 4_500_000  # below Klaviyo's 5 MB, with what stands around the rows


def carried(sizes: Iterable[int]) -> int:
    """How many rows of these sizes (bytes) one call can carry: at least one, where there is one."""
    total = count = 0
    for size in sizes:
        total += size
        if count and total > MOST_BYTES:
            break
        count += 1
    return count


def fitting(rows: list[JobRow]) -> list[JobRow]:
    """As many of the rows as one call can carry, by their payloads."""
    return rows[: carried(len(orjson.dumps(row.payload)) for row in rows)]


def numbers(pointer: str) -> list[int]:
    """The places in a JSON pointer: "/data/attributes/profiles/data/7/attributes/email" is about the 8th."""
    return [int(part) for part in pointer.split("/") if part.isdigit()]
