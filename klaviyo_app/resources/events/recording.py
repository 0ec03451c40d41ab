"""Many events as a job.

Each row has its unique id before anything is sent: Klaviyo passes over one that it has, so a batch whose answer was
lost is sent again. Klaviyo answers 202 and tells no more; "done" is that it took the event. Source of the limits:
Klaviyo's description (1,000 events and 5 MB a call).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import orjson
from django.utils.translation import ngettext

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import Conflict, GatewayError, Invalid
from klaviyo_app.jobs import batches, work
from klaviyo_app.jobs.models import Job, JobRow, RowState

BATCH = 1000
TASK = "klaviyo_app.resources.events.tasks.record"


def plan_events(account: Account, *, rows: Sequence[tuple[str, dict[str, Any]]], name: str, by: User) -> Job:
    """Store the events as a job's rows and ring for it. Nothing is sent here."""
    words = ngettext("%(num)s event from %(name)s", "%(num)s events from %(name)s", len(rows))
    return work.plan(
        account,
        kind="events.record",
        task=TASK,
        title=words % {"num": f"{len(rows):,}", "name": name},
        rows=rows,
        calls=math.ceil(len(rows) / BATCH),
        asked_by=by,
    )


def step(job: Job, client: Client) -> None:
    """Go on with a claimed job until it is done, cancelled, or has to wait."""
    try:
        while work.still_mine(job) and _batch(job, client):
            pass
        work.finish(job)
    except GatewayError as error:
        work.wait_for(job, error)


def _batch(job: Job, client: Client) -> bool:
    """One POST for the next rows. False where none is left.

    Klaviyo refuses a batch with one wrong event whole: those that it names are settled, the others go again.
    """
    rows = work.take(job, BATCH, fit=batches.fitting)
    if not rows:
        return False
    entries = _by_person(rows)
    data = [
        {
            "type": "event-bulk-create",
            "attributes": {
                "profile": {"data": some[0].payload["person"]},
                "events": {"data": [{"type": "event", "attributes": row.payload["event"]} for row in some]},
            },
        }
        for some in entries
    ]
    body = {"type": "event-bulk-create-job", "attributes": {"events-bulk-create": {"data": data}}}
    try:
        client.call("bulk_create_events", body={"data": body})
    except (Invalid, Conflict) as error:
        batches.refuse(rows, error, _named(error, entries))
    else:
        work.settle(rows, RowState.DONE)
    work.remember(job, trouble=0)
    return True


def _by_person(rows: list[JobRow]) -> list[list[JobRow]]:
    """The rows of each person together, in the order in which people first occur."""
    groups: dict[bytes, list[JobRow]] = {}
    for row in rows:
        groups.setdefault(orjson.dumps(row.payload["person"], option=orjson.OPT_SORT_KEYS), []).append(row)
    return list(groups.values())


def _named(error: Invalid | Conflict, entries: list[list[JobRow]]) -> dict[int, str]:
    """The rows that the complaints point at: /data/attributes/events-bulk-create/data/<entry>/.../data/<event>/..."""
    found: dict[int, str] = {}
    for complaint in error.fields:
        numbers = batches.numbers(complaint.pointer)
        if not numbers or numbers[0] >= len(entries):
            continue
        entry = entries[numbers[0]]
        some = entry[numbers[1] : numbers[1] + 1] if len(numbers) > 1 else entry
        found |= {row.pk: complaint.detail for row in some}
    return found
