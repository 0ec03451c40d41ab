"""What the batches of jobs share: how many rows a call carries, and which rows Klaviyo's complaints point at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import orjson

from klaviyo_app.gateway.errors import Conflict, Invalid
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import JobRow, RowState

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


def pointed(rows: Sequence[JobRow], complaints: Iterable[tuple[str, str]]) -> dict[int, str]:
    """Primary key of a row -> words, of the complaints (pointer, words) whose first number is a row's place."""
    found: dict[int, str] = {}
    for pointer, words in complaints:
        places = numbers(pointer)
        if places and places[0] < len(rows):
            found.setdefault(rows[places[0]].pk, words)
    return found


def refuse(rows: Sequence[JobRow], error: Invalid | Conflict, named: Mapping[int, str] | None = None) -> None:
    """Klaviyo refused a batch whole: the rows that it names are settled, the others wait again; all if it names none.

    `named`: as pointed() gives it, which is the default.
    """
    if named is None:
        named = pointed(rows, ((one.pointer, one.detail) for one in error.fields))
    sentence = f"{error.sentence} {error.detail}"
    work.settle_each((row, RowState.REFUSED, named[row.pk] or sentence) for row in rows if row.pk in named)
    others = [row for row in rows if row.pk not in named]
    if named:
        work.give_back(others)
    else:
        work.settle(others, RowState.REFUSED, sentence)
