"""What the batches of jobs share: how many rows a call carries, and which rows Klaviyo's complaints point at."""

from __future__ import annotations

from collections.abc import Callable

import orjson

from klaviyo_app.jobs.models import JobRow

MOST_BYTES = 4_500_000  # below Klaviyo's 5 MB, with what stands around the rows


def fitting(rows: list[JobRow], *, size: Callable[[JobRow], int] | None = None) -> list[JobRow]:
    """As many of the rows as one call can carry, at least one. `size`: the bytes of a row, its payload's by default."""
    total = 0
    for number, row in enumerate(rows):
        total += size(row) if size else len(orjson.dumps(row.payload))
        if number and total > MOST_BYTES:
            return rows[:number]
    return rows


def numbers(pointer: str) -> list[int]:
    """The places in a JSON pointer: "/data/attributes/profiles/data/7/attributes/email" is about the 8th."""
    return [int(part) for part in pointer.split("/") if part.isdigit()]
