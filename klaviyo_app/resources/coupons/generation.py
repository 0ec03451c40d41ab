"""Many codes as a job.

The codes are made before anything is sent, so that a lost answer can be settled by asking again: a code that Klaviyo
has already cannot be made twice. A batch: up to 1,000 rows marked and committed, one POST, Klaviyo's job id committed,
asked until complete, a result a row. Source of the limits: Klaviyo's description (1,000 codes a job, 100 jobs waiting).
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from dashboard.teams.models import User
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.jobs import batches, work
from klaviyo_app.jobs.models import Job, JobRow, RowState
from klaviyo_app.resources.coupons.models import Coupon
from klaviyo_app.resources.coupons.services import code_body

BATCH = 1000
TASK = "klaviyo_app.resources.coupons.tasks.make_codes"


def plan_codes(coupon: Coupon, *, codes: Iterable[str], expires_at: datetime | None, by: User) -> Job:
    """Store the codes as a job's rows and ring for it. Nothing is sent here."""
    wanted = list(codes)
    return work.plan(
        coupon.account,
        kind="coupons.codes",
        task=TASK,
        title=f"{len(wanted):,} codes for {coupon.name}",
        rows=((code, {}) for code in wanted),
        options={"coupon": coupon.klaviyo_id, "expires_at": expires_at.isoformat() if expires_at else None},
        calls=math.ceil(len(wanted) / BATCH) * 2,
        asked_by=by,
    )


def step(job: Job, client: Client) -> None:
    """See batches.follow. Codes that are sent again and exist by then are refused as duplicates, and count as made."""
    batches.follow(job, send=lambda: _send_batch(job, client), collect=lambda: _collect(job, client))


def _send_batch(job: Job, client: Client) -> bool:
    """One POST for the next rows. False where none is left."""
    rows = batches.taken(job, BATCH)
    if rows:
        codes = [code_body(job.options["coupon"], row.key, job.options["expires_at"]) for row in rows]
        data = {"type": "coupon-code-bulk-create-job", "attributes": {"coupon-codes": {"data": codes}}}
        batches.begin(job, client, "bulk_create_coupon_codes", rows, data)
    return bool(rows)


def _collect(job: Job, client: Client) -> bool:
    """Ask after Klaviyo's job; settle its rows when it is complete. False while it runs."""
    attributes = client.call("get_bulk_create_coupon_codes_job", path={"job_id": job.memory["klaviyo_job"]}).data[
        "attributes"
    ]
    if attributes.get("status") in {"queued", "processing"}:
        return False
    rows = list(job.rows.filter(state=RowState.SENT).order_by("position"))
    failed = _failed(attributes.get("errors") or [], rows)
    again = bool(job.memory.get("maybe_done"))
    good = [row for row in rows if row.pk not in failed]
    for row in rows:
        if row.pk in failed:
            made_before = again and ("duplicate" in failed[row.pk][0] or _exists(client, job, row))
            work.settle([row], RowState.DONE if made_before else RowState.REFUSED, failed[row.pk][1])
    if attributes.get("status") == "cancelled":
        work.settle(good, RowState.REFUSED, "Klaviyo cancelled the job.")
    else:
        work.settle(good, RowState.DONE)
    work.remember(job, klaviyo_job="", maybe_done=False, trouble=0)
    return True


def _exists(client: Client, job: Job, row: JobRow) -> bool:
    """Whether the code is there, whoever made it. Its id is the coupon's id, a hyphen and the code."""
    try:
        client.call("get_coupon_code", path={"id": f"{job.options['coupon']}-{row.key}"})
    except NotFound:
        return False
    return True


def _failed(errors: list[dict[str, Any]], rows: list[JobRow]) -> dict[int, tuple[str, str]]:
    """Row -> (code, detail) of Klaviyo's complaints, which point at positions of the batch."""
    found: dict[int, tuple[str, str]] = {}
    for error in errors:
        numbers = batches.numbers(str((error.get("source") or {}).get("pointer") or ""))
        if numbers and numbers[-1] < len(rows):
            words = str(error.get("detail") or error.get("title") or "")
            found[rows[numbers[-1]].pk] = (f"{error.get('code')} {error.get('title')}".lower(), words)
    return found
