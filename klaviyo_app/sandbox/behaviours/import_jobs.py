"""Importing profiles in bulk.

Source: Klaviyo's API descriptions: 10,000 a job, 100 kB a profile, errors as a sub-resource with the original payload,
an optional list, a job that is gone after seven days. Our own conclusion: a job starts when it leaves the queue, and
tells of its people and errors when it is complete. The profiles themselves are changed at once.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import orjson

from klaviyo_app.sandbox.behaviours.bodies import Wrong
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, invalid, missing, needed
from klaviyo_app.sandbox.behaviours.consent_jobs import present_counting
from klaviyo_app.sandbox.behaviours.profile_shapes import attributes_shape
from klaviyo_app.sandbox.behaviours.profiles import upsert
from klaviyo_app.sandbox.behaviours.segment_people import regroup

JOB, MOST, KEPT_DAYS = "profile-bulk-import-job", 10_000, 7
LARGEST = 100_000  # bytes of a profile


def bulk_import_profiles(call: Call) -> Reply:
    """POST /api/profile-bulk-import-jobs: 202. Rows that cannot be taken become the job's errors."""
    rows = call.attributes["profiles"]["data"]
    if not 1 <= len(rows) <= MOST:
        raise invalid(f"Between 1 and {MOST} profiles can be imported at once.", "/data/attributes/profiles/data")
    groups = [needed(call, "list", str(one["id"])) for one in _lists(call)]
    taken: list[str] = []
    errors: list[dict[str, Any]] = []
    for index, row in enumerate(rows):
        try:
            wrongs = list(attributes_shape(call.revision)(row["attributes"], f"/data/attributes/profiles/data/{index}"))
            if len(orjson.dumps(row)) > LARGEST:
                wrongs.append(Wrong(f"/data/attributes/profiles/data/{index}", "The profile is larger than 100 KB."))
            if wrongs:
                errors.append(_error(call, index, wrongs[0], row))
            else:
                taken.append(upsert(call, row)[0].id)
        except Refused as refused:
            detail, source = refused.errors[0]
            errors.append(_error(call, index, Wrong(source.get("pointer", "/data"), detail), row))
    for group in groups:
        call.things.link("list", group.id, "profiles", dict.fromkeys(taken, call.stamp))
    regroup(call, taken)
    return Reply(202, _job(call, groups, taken, errors))


def _lists(call: Call) -> list[dict[str, Any]]:
    return list(((call.data.get("relationships") or {}).get("lists") or {}).get("data") or [])


def _error(call: Call, index: int, wrong: Wrong, row: dict[str, Any]) -> dict[str, Any]:
    number = str(uuid.uuid5(uuid.NAMESPACE_URL, f"{call.stamp} {index}"))
    attributes = {
        "code": "invalid",
        "title": "Invalid input.",
        "detail": wrong.detail,
        "source": {"pointer": wrong.pointer},
        "original_payload": row,
    }
    return {"id": number, "attributes": attributes}


def _job(call: Call, groups: list[Thing], taken: list[str], errors: list[dict[str, Any]]) -> Thing:
    counts = {
        "created_at": call.stamp,
        "total_count": len(taken) + len(errors),
        "failed_count": len(errors),
        "expires_at": (call.now + dt.timedelta(days=KEPT_DAYS)).isoformat(),
    }
    job = Thing(JOB, call.new_id(JOB), counts, hidden={"errors": errors, "seconds": call.job_seconds})
    call.things.put(job)
    call.things.link(JOB, job.id, "profiles", dict.fromkeys(taken, call.stamp))
    call.things.link(JOB, job.id, "lists", {one.id: call.stamp for one in groups})
    return job


def get_bulk_import_profiles_jobs(call: Call) -> Reply:
    """GET /api/profile-bulk-import-jobs: those that are kept, with their status now."""
    return Reply(200, things=[one for one in call.things.all(JOB) if not _expired(call, one)])


def get_bulk_import_profiles_job(call: Call) -> Reply:
    """GET /api/profile-bulk-import-jobs/{job_id}."""
    return Reply(200, _kept(call))


def _kept(call: Call) -> Thing:
    job = needed(call, JOB, call.path.get("job_id") or call.path["id"])
    if _expired(call, job):
        raise missing(JOB, job.id)
    return job


def _expired(call: Call, job: Thing) -> bool:
    return bool(job.attributes["expires_at"] < call.stamp)


def present_import(call: Call, job: Thing) -> dict[str, Any]:
    """Status and counts by time: failures are counted as the others are, on the way to the end."""
    shown = present_counting(call, job)
    total, failed = job.attributes["total_count"], job.attributes["failed_count"]
    if shown["status"] != "complete":
        failed = shown["completed_count"] * failed // max(total - failed, 1)
    queued = shown["status"] == "queued"
    return {**shown, "failed_count": failed, "started_at": None if queued else job.attributes["created_at"]}


def _ended(call: Call) -> Thing | None:
    """The job where it is complete; None while it goes on."""
    job = _kept(call)
    return job if present_import(call, job)["status"] == "complete" else None


def get_errors_for_bulk_import_profiles_job(call: Call) -> Reply:
    """GET /api/profile-bulk-import-jobs/{id}/import-errors."""
    job = _ended(call)
    errors = job.hidden["errors"] if job else ()
    return Reply(200, things=[Thing("import-error", one["id"], one["attributes"]) for one in errors])


def get_profiles_for_bulk_import_profiles_job(call: Call) -> Reply:
    """GET /api/profile-bulk-import-jobs/{id}/profiles."""
    job = _ended(call)
    held = call.things.linked(JOB, job.id, "profiles") if job else {}
    return Reply(200, things=call.things.some("profile", held.keys()))


def get_list_for_bulk_import_profiles_job(call: Call) -> Reply:
    """GET /api/profile-bulk-import-jobs/{id}/lists."""
    held = call.things.linked(JOB, _kept(call).id, "lists")
    return Reply(200, things=call.things.some("list", held.keys()))
