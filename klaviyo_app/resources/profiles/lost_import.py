"""A batch whose answer never came: which of Klaviyo's import jobs is it, if any? Reads; nothing is sent again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import islice, takewhile
from typing import Any

from django.utils.translation import gettext as _

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import NotFound
from klaviyo_app.gateway.query import Query
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, RowState
from klaviyo_app.resources.profiles.import_results import marks_of

LOOKS = 8  # so often is looked, LOOK_AGAIN_S apart: a POST may still be on its way when its line is cut
MOST_LOOKS = 100  # while a job runs that may be ours and shows none of its people yet
LOOK_AGAIN_S = 5.0
MOST_NEW = 200  # jobs of others that may have begun meanwhile
SAMPLE = 100  # people of a job by which it is known


def look(job: Job, client: Client) -> float:
    """One look for the rows that are on their way; how long to wait until the next, 0 where it is settled.

    Found: the job is followed as if its answer had come. Raises GatewayError.
    """
    rows = list(job.rows.filter(state=RowState.SENT).order_by("position"))
    people = {mark for row in rows for mark in marks_of(row.payload["attributes"])}
    new = [one for one in _new_ones(job, client) if one["attributes"].get("total_count") == len(rows)]
    told = {str(one["id"]): _is_ours(client, one, people) for one in new}
    ours = [key for key, known in told.items() if known]
    looks = int(job.memory.get("lost_looks", 0)) + 1
    if len(ours) == 1 and None not in told.values() and looks <= MOST_LOOKS:
        work.remember(job, klaviyo_job=ours[0], looks=0, lost_looks=looks)
        return 0.0
    work.remember(job, lost_looks=looks)
    if looks < (MOST_LOOKS if None in told.values() else LOOKS):
        return LOOK_AGAIN_S
    if any(known is not False for known in told.values()):
        words = _("The answer was lost, and it cannot be told whether Klaviyo took it.")
    else:
        words = _("The answer was lost, and Klaviyo shows no such import: most likely it took none of it.")
    work.settle(rows, RowState.UNKNOWN, f"{words} {_('Look the person up before you import the row again.')}")
    return 0.0


def _new_ones(job: Job, client: Client) -> Iterator[dict[str, Any]]:
    """Import jobs of the account that were not there before the batch left, and that no job of ours knows."""
    before = job.memory.get("before") or []
    others = Job.objects.filter(account=job.account, kind=job.kind).values_list("memory", flat=True).order_by("-pk")
    ours = {key for memory in others[:50] for key in [*memory.get("klaviyo_jobs", []), memory.get("klaviyo_job")]}
    since = before[0]["created_at"] if before else ""
    known = {one["id"] for one in before} | ours
    found = client.items("get_bulk_import_profiles_jobs", query=Query(sort="-created_at", page_size=100))
    newer = takewhile(lambda one: one["attributes"]["created_at"] >= since, found)
    return (one for one in islice(newer, MOST_NEW) if one["id"] not in known)


def _is_ours(client: Client, one: Mapping[str, Any], people: set[tuple[str, str]]) -> bool | None:
    """Whether a job is about our people; None where it cannot be told yet, or at all."""
    asked = Query(page_size=SAMPLE)
    try:
        profiles = client.call("get_profiles_for_bulk_import_profiles_job", path={"id": one["id"]}, query=asked).data
        errors = client.call("get_errors_for_bulk_import_profiles_job", path={"id": one["id"]}, query=asked).data
    except NotFound:
        return False
    seen = [marks_of(profile["attributes"]) for profile in profiles or []]
    for error in errors or []:
        payload = error["attributes"].get("original_payload") or {}
        seen.append(marks_of(payload.get("attributes") or payload))
    told = [marks for marks in seen if marks]
    return all(any(mark in people for mark in marks) for marks in told) if told else None
