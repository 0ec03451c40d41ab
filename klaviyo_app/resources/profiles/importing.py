"""Many profiles as a job: Klaviyo's bulk import, batch by batch, each followed to its end.

An import is never sent twice by machine (Repeat.ONCE). Before a batch leaves, the newest import jobs of the account are
noted; after a lost answer or a dead worker Klaviyo is asked which jobs are new since, and the one that imported our
people is ours. Where none shows up or it cannot be told, the rows say so, and a person decides. Source of the limits:
Klaviyo's description (10,000 profiles and 5 MB a job, gone after seven days).
"""

from __future__ import annotations

from itertools import islice
from typing import Any

import orjson
from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import Conflict, GatewayError, Invalid, NotFound, OutcomeUnknown, Upstream, WrongAccount
from klaviyo_app.gateway.query import Query
from klaviyo_app.jobs import batches, work
from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState
from klaviyo_app.resources.counting import outdate
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.profiles import import_results, lost_import

BATCH = 10_000
KIND = "profiles.import"
TASK = "klaviyo_app.resources.profiles.tasks.import_profiles"
NOTED = 20  # jobs of the account that are noted before a batch leaves
READS = 3  # calls about a batch beside its POST: what was there before, how it stands, its errors


def parts_of(rows: list[tuple[str, dict[str, Any]]]) -> int:
    """How many of Klaviyo's jobs the rows take."""
    sizes = [len(orjson.dumps(payload)) for _key, payload in rows]
    start = parts = 0
    while start < len(sizes):
        start += batches.carried(sizes[start : start + BATCH])
        parts += 1
    return parts


def calls_of(parts: int) -> int:
    """How many calls so many of Klaviyo's jobs take, where each is done when it is asked after."""
    return parts * (1 + READS)


def plan_import(
    account: Account, *, rows: list[tuple[str, dict[str, Any]]], name: str, into: str, calls: int, by: User
) -> Job:
    """Store the profiles as a job's rows and ring for it. `into`: a list's id or "". Nothing is sent here."""
    words = ngettext("%(num)s profile from %(name)s", "%(num)s profiles from %(name)s", len(rows))
    return work.plan(
        account,
        kind=KIND,
        task=TASK,
        title=words % {"num": f"{len(rows):,}", "name": name},
        rows=rows,
        options={"list": into},
        calls=calls,
        asked_by=by,
    )


def step(job: Job, client: Client) -> None:
    """Go on with a claimed job until it is done, cancelled, or has to wait. Never sleeps: it puts itself off."""
    try:
        while work.still_mine(job):
            if job.memory.get("klaviyo_job"):
                wait_s = _collect(job, client)
            elif job.rows.filter(state=RowState.SENT).exists():
                wait_s = lost_import.look(job, client)
            elif _send_batch(job, client):
                wait_s = 0.0
            else:
                break
            if wait_s:
                work.put_off(job, wait_s=wait_s, state=JobState.RUNNING)
                return
        work.finish(job)
        if counted := KlaviyoList.objects.filter(account=job.account, klaviyo_id=job.options["list"]).first():
            outdate(counted)
    except GatewayError as error:
        work.wait_for(job, error)


def _send_batch(job: Job, client: Client) -> bool:
    """One POST for the next rows. False where none is left. Raises GatewayError with the rows given back.

    After a lost answer the rows stay on their way, for lost_import.
    """
    if not job.rows.filter(state=RowState.WAITING).exists():
        return False
    newest = client.call("get_bulk_import_profiles_jobs", query=Query(sort="-created_at", page_size=NOTED)).data or []
    noted = [{"id": one["id"], "created_at": one["attributes"]["created_at"]} for one in newest]
    work.remember(job, before=noted, lost_looks=0)
    rows = work.take(job, BATCH, fit=batches.fitting)
    if not rows:
        return False
    try:
        answer = client.call("bulk_import_profiles", body={"data": body_of(rows, job.options["list"])})
    except (OutcomeUnknown, Upstream):
        return True
    except WrongAccount:
        raise  # it was carried out, by another account: the rows stay as on their way, and the job ends
    except (Invalid, Conflict) as error:
        batches.refuse(rows, error)
        return True
    except NotFound as error:
        work.give_back(rows)
        work.fail(job, f"{_('The list is gone.') if job.options['list'] else error.sentence} {error.detail}")
        return True
    except GatewayError:
        work.give_back(rows)
        raise
    if answer.data:  # an empty answer is a lost one
        work.remember(job, klaviyo_job=answer.data["id"], looks=0, trouble=0)
    return True


def body_of(rows: list[JobRow], into: str) -> dict[str, Any]:
    """The `data` of the POST. `into`: a list's id or ""."""
    profiles = [{"type": "profile", "attributes": row.payload["attributes"]} for row in rows]
    data: dict[str, Any] = {"type": "profile-bulk-import-job", "attributes": {"profiles": {"data": profiles}}}
    if into:
        data["relationships"] = {"lists": {"data": [{"type": "list", "id": into}]}}
    return data


def _collect(job: Job, client: Client) -> float:
    """Ask after Klaviyo's job and settle its rows when it has ended; how long to wait where it goes on."""
    klaviyo_job = job.memory["klaviyo_job"]
    rows = list(job.rows.filter(state=RowState.SENT).order_by("position"))
    try:
        attributes = client.call("get_bulk_import_profiles_job", path={"job_id": klaviyo_job}).data["attributes"]
        if attributes.get("status") in {"queued", "processing"}:
            return work.next_look_s(job)
        found = client.items(
            "get_errors_for_bulk_import_profiles_job", path={"id": klaviyo_job}, query=Query(page_size=100)
        )
        errors = list(islice(found, BATCH))
    except NotFound:  # it is gone after seven days, or was never this one: lost_import looks for it
        work.remember(job, klaviyo_job="", lost_looks=int(job.memory.get("lost_looks", 0)) + 1)
        return lost_import.LOOK_AGAIN_S
    with transaction.atomic():  # the places that errors name are those of the whole batch
        import_results.settle(rows, attributes, errors)
        work.remember(job, klaviyo_job="", klaviyo_jobs=[*job.memory.get("klaviyo_jobs", []), klaviyo_job], trouble=0)
    return 0.0
