"""A tag on many things of one kind, or off them, as a job: fifty a call, a result each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, JobRow, RowState
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.resources.tags import services

TASK = "klaviyo_app.resources.tags.tasks.tag_many"
AT_ONCE = 50  # things a call; Klaviyo names no limit


def plan(account: Account, *, rows: Sequence[Mirrored], tag: Mapping[str, str], put_on: bool, by: User) -> Job:
    """Store the things as a job's rows. `tag`: its id and name."""
    count, name = len(rows), tag["name"]
    return work.plan(
        account,
        kind="tags.many",
        task=TASK,
        title=f"Tag {count:,} {rows[0].kind}s “{name}”" if put_on else f"Take “{name}” off {count:,} {rows[0].kind}s",
        rows=((row.name, {"id": row.klaviyo_id}) for row in rows),
        options={"kind": rows[0].kind, "tag": {"id": tag["id"], "name": name}, "put_on": put_on},
        calls=math.ceil(count / AT_ONCE),
        asked_by=by,
    )


def run(job: Job, client: Client) -> None:
    """Go on with a claimed job; a broken line lets it go on later, and what Klaviyo refuses together is tried alone."""
    at_once = AT_ONCE
    while work.still_mine(job) and (taken := work.take(job, at_once)):
        things = _things(job, taken)
        gone = [row for row in taken if row.payload["id"] not in things]
        work.settle(gone, RowState.SKIPPED, "It is gone already.")
        rows = [row for row in taken if row not in gone]
        if not rows or job.asked_by is None:
            work.settle(rows, RowState.SKIPPED, "Who asked for it is gone.")
            continue
        try:
            _change(job, list(things.values()), client, job.asked_by)
        except GatewayError as error:
            if work.passing(error):
                work.wait_for(job, error)
                return
            if len(rows) > 1:
                at_once = 1  # the rows are still on their way, so that they come first
                continue
            work.settle(rows, RowState.REFUSED, f"{error.sentence} {error.detail}")
        else:
            work.settle(rows, RowState.DONE)
    work.finish(job)


def _things(job: Job, rows: Sequence[JobRow]) -> dict[str, Mirrored]:
    model = mirrored()[job.options["kind"]]
    ids = [row.payload["id"] for row in rows]
    found = model._default_manager.filter(account=job.account, gone_at=None, klaviyo_id__in=ids)
    return {one.klaviyo_id: one for one in found}


def _change(job: Job, things: Sequence[Mirrored], client: Client, by: User) -> None:
    change = services.put_on if job.options["put_on"] else services.take_off
    change(job.options["tag"], *things, client=client, by=by)
