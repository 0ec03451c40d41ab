"""Publish, hide and delete many items or variants, as a job of ours that is carried by Klaviyo's bulk jobs.

A hundred things are one call and a few questions after Klaviyo's job, instead of a hundred calls of the same windows
(75 a second, 750 a minute) and of Maton's ten a second. What single calls would say more clearly, what became of each
thing, is made up for: a row that Klaviyo's job names as failed, and every row of a job that does not account for all,
is looked up by its id before it is settled. Doing it twice does no harm, so that a lost answer is settled by asking
again. Source of the limits: Klaviyo's description (100 things and 5 MB a job, 500 jobs at work, kept for some days).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.jobs import batches, work
from klaviyo_app.jobs.models import Job, JobRow, RowState
from klaviyo_app.resources.catalogs import acts, finding, services

BATCH = 100
TASK = "klaviyo_app.resources.catalogs.tasks.act_on_many"


class _Bulk(NamedTuple):
    """Klaviyo's operations that begin a job and tell of it, and the job's type."""

    begin: str
    look: str
    job: str


_BULK = {
    ("item", "update"): _Bulk(
        "bulk_update_catalog_items", "get_bulk_update_catalog_items_job", "catalog-item-bulk-update-job"
    ),
    ("item", "delete"): _Bulk(
        "bulk_delete_catalog_items", "get_bulk_delete_catalog_items_job", "catalog-item-bulk-delete-job"
    ),
    ("variant", "update"): _Bulk(
        "bulk_update_catalog_variants", "get_bulk_update_variants_job", "catalog-variant-bulk-update-job"
    ),
    ("variant", "delete"): _Bulk(
        "bulk_delete_catalog_variants", "get_bulk_delete_variants_job", "catalog-variant-bulk-delete-job"
    ),
}


def _bulk(job: Job) -> _Bulk:
    return _BULK[job.options["kind"], "delete" if job.options["act"] == "delete" else "update"]


def label(thing: Mapping[str, Any]) -> str:
    """How a row is called: titles are not unique, external ids are."""
    return f"{services.title_of(thing)} ({thing['attributes'].get('external_id') or thing['id']})"


def plan(account: Account, *, kind: str, act: str, things: Sequence[Mapping[str, Any]], by: User) -> Job:
    """Store the things as a job's rows and ring for it. Nothing is sent here. `act`: publish, hide or delete."""
    return work.plan(
        account,
        kind=f"catalogs.{act}",
        task=TASK,
        title=acts.title(kind, act, len(things)),
        rows=((label(one), {"id": one["id"], "published": one["attributes"].get("published")}) for one in things),
        options={"kind": kind, "act": act},
        calls=math.ceil(len(things) / BATCH) * 2,
        asked_by=by,
    )


def step(job: Job, client: Client) -> None:
    """See batches.follow."""
    batches.follow(job, send=lambda: _send_batch(job, client), collect=lambda: _collect(job, client))


def _send_batch(job: Job, client: Client) -> bool:
    """One POST for the next rows. False where none is left."""
    rows = batches.taken(job, BATCH)
    if rows:
        batches.begin(job, client, _bulk(job).begin, rows, _body(job, rows))
    return bool(rows)


def _body(job: Job, rows: Sequence[JobRow]) -> dict[str, Any]:
    kind, act = job.options["kind"], job.options["act"]
    change = {} if act == "delete" else {"attributes": {"published": act == "publish"}}
    things = [{"type": f"catalog-{kind}", "id": row.payload["id"], **change} for row in rows]
    return {"type": _bulk(job).job, "attributes": {f"{kind}s": {"data": things}}}


def _collect(job: Job, client: Client) -> bool:
    """Ask after Klaviyo's job; settle its rows when it is over. False while it runs."""
    rows = list(job.rows.filter(state=RowState.SENT).order_by("position"))
    told: Mapping[str, Any] = {"status": "gone"}
    with suppress(NotFound):  # where Klaviyo has forgotten it, what became of the things is looked up
        told = client.call(_bulk(job).look, path={"job_id": job.memory["klaviyo_job"]}).data["attributes"]
    if told.get("status") in {"queued", "processing"}:
        return False
    named = batches.pointed(rows, map(_complaint, told.get("errors") or ()))
    failed = max(int(told.get("failed_count") or 0), len(told.get("errors") or []))
    accounted = told.get("status") == "complete" and failed <= len(named)
    doubtful = [row for row in rows if row.pk in named or not accounted]
    done = [row for row in rows if row not in doubtful]
    _settle_done(job, done + _looked_up(job, client, doubtful, named))
    work.remember(job, klaviyo_job="", maybe_done=False, trouble=0)
    return True


def _complaint(error: Mapping[str, Any]) -> tuple[str, str]:
    """Pointer and words of an error of Klaviyo's job."""
    return str((error.get("source") or {}).get("pointer") or ""), str(error.get("detail") or error.get("title") or "")


def _looked_up(job: Job, client: Client, rows: Sequence[JobRow], named: Mapping[int, str]) -> list[JobRow]:
    """Settle the rows whose things are not as wished; those that are come back, to be settled as done."""
    kind, act = job.options["kind"], job.options["act"]
    there = finding.some(client, kind, [row.payload["id"] for row in rows])
    done = []
    for row in rows:
        thing = there.get(row.payload["id"])
        words = named.get(row.pk) or _("Klaviyo did not do it, and did not say why.")
        if thing is None and act != "delete":
            work.settle([row], RowState.REFUSED, named.get(row.pk) or _("It is gone."))
        elif thing is None and row.pk in named and not job.memory.get("maybe_done"):
            work.settle([row], RowState.SKIPPED, _("It is gone already."))
        elif thing is not None and (act == "delete" or thing["attributes"].get("published") is not (act == "publish")):
            work.settle([row], RowState.REFUSED, words)
        else:
            done.append(row)
    return done


def _settle_done(job: Job, rows: Sequence[JobRow]) -> None:
    """The result of rows, each with its line in the audit log."""
    name = f"catalog_{job.options['kind']}"
    with transaction.atomic():
        work.settle(rows, RowState.DONE)
        for row in rows:
            if job.options["act"] == "delete":
                services.record(job.account, job.asked_by, f"{name}.deleted", row.key)
            else:
                change = {
                    "before": {"published": row.payload.get("published")},
                    "after": {"published": job.options["act"] == "publish"},
                }
                services.record(job.account, job.asked_by, f"{name}.changed", row.key, **change)
