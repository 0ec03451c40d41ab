"""What the batches of jobs share: their steps, how many rows a call carries, which rows Klaviyo's complaints point at.

A batch is one POST that begins a job of Klaviyo's own; that job is asked after until it is over, then the next batch.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import orjson

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import Conflict, GatewayError, Invalid, OutcomeUnknown
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState

MOST_BYTES = 4_500_000  # below Klaviyo's 5 MB, with what stands around the rows


def follow(job: Job, *, send: Callable[[], bool], collect: Callable[[], bool]) -> None:
    """Go on with a claimed job until it is done, cancelled, or has to wait. Never sleeps: it puts itself off.

    `send`: the next batch, False where no row is left. `collect`: settle the batch that Klaviyo has, False while it is
    busy with it. Both raise GatewayError.
    """
    try:
        while work.still_mine(job):
            if job.memory.get("klaviyo_job"):
                if not collect():
                    work.put_off(job, wait_s=work.next_look_s(job), state=JobState.RUNNING)
                    return
            elif not send():
                break
        work.finish(job)
    except GatewayError as error:
        work.wait_for(job, error)


def begin(job: Job, client: Client, operation: str, rows: Sequence[JobRow], data: Mapping[str, Any]) -> None:
    """The POST of a batch that may be sent twice; refused rows are settled. Raises GatewayError.

    After a lost answer the job remembers `maybe_done`: its rows may be as wished before they are sent again.
    """
    try:
        answer = client.call(operation, body={"data": data})
        if not answer.data:
            raise OutcomeUnknown(operation=operation)
    except (Invalid, Conflict) as error:
        refuse(rows, error)
    except OutcomeUnknown:
        work.remember(job, maybe_done=True)
        raise
    else:
        work.remember(job, klaviyo_job=answer.data["id"], trouble=0, looks=0)


def taken(job: Job, most: int) -> list[JobRow]:
    """The next rows of a job whose batches may be sent twice.

    Rows that are on their way already were sent by a worker that died before it knew Klaviyo's job.
    """
    if job.rows.filter(state=RowState.SENT).exists():
        work.remember(job, maybe_done=True)
    return work.take(job, most)


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
