"""Coupon codes and the jobs that make many.

Source: Klaviyo's API descriptions: statuses, a year until expiry, 1,000 codes a job and 100 jobs waiting, a job
readable for seven days, no deletion of an assigned code; create answers 200: recorded. Refusing a code that exists:
409 alone, an error of the job in bulk; both concluded.
"""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import choice, items, moment, nullable, obj, pointing, text
from klaviyo_app.sandbox.behaviours.call import (
    Call,
    Reply,
    Selection,
    Thing,
    conflict,
    invalid,
    missing,
    needed,
)
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.coupons import needed_coupon

MOST_CODES, MOST_JOBS, KEPT_DAYS = 1000, 100, 7
STATUSES = ("ASSIGNED_TO_PROFILE", "DELETING", "PROCESSING", "UNASSIGNED", "USED", "VERSION_NOT_ACTIVE")
JOB = "coupon-code-bulk-create-job"
_NEW = obj({"unique_code": text(least=1, most=255)}, {"expires_at": nullable(moment)})


def present_code(call: Call, code: Thing) -> dict[str, Any]:
    """The attributes; a code of a job that still runs is PROCESSING."""
    if code.hidden.get("ready", "") > call.stamp:
        return {**code.attributes, "status": "PROCESSING"}
    return dict(code.attributes)


def get_coupon_codes(call: Call) -> Reply:
    """GET /api/coupon-codes: narrowed by coupon.id or profile.id, one of which the engine demands."""
    found = call.things.all("coupon-code")
    for field, _, value in call.filters:
        if field in ("coupon.id", "profile.id"):
            place = f"relationships.{field.removesuffix('.id')}"
            found = found.narrowed(field, place, value if isinstance(value, list) else [value])
    return Reply(200, things=found)


def get_coupon_codes_for_coupon(call: Call) -> Reply:
    """GET /api/coupons/{id}/coupon-codes, and the relationship of that name."""
    coupon = needed_coupon(call, call.path["id"])
    return Reply(200, things=codes_of(call, coupon.id))


def codes_of(call: Call, coupon: str) -> Selection:
    """The codes of a coupon."""
    return call.things.all("coupon-code").narrowed("coupon.id", "relationships.coupon", [coupon])


def _made(call: Call, coupon: str, attributes: dict[str, Any], ready: str = "") -> Thing:
    expires = attributes.get("expires_at") or (call.now + dt.timedelta(days=365)).isoformat()
    kept = {"unique_code": attributes["unique_code"], "expires_at": expires, "status": "UNASSIGNED"}
    id_ = f"{coupon}-{attributes['unique_code']}"
    return Thing("coupon-code", id_, kept, {"coupon": coupon, "profile": None}, {"ready": ready})


def create_coupon_code(call: Call) -> Reply:
    """POST /api/coupon-codes: 200."""
    check(list(_NEW(call.attributes, "/data/attributes")))
    coupon = needed_coupon(call, str(call.data["relationships"]["coupon"]["data"]["id"]))
    code = _made(call, coupon.id, call.attributes)
    if call.things.get("coupon-code", code.id) is not None:
        raise conflict(f"The code {code.id} exists already.", "/data/attributes/unique_code")
    call.things.put(code)
    return Reply(200, code)


def update_coupon_code(call: Call) -> Reply:
    """PATCH /api/coupon-codes/{id}: 200; status and expiry."""
    code = needed(call, "coupon-code", call.path["id"])
    shape = obj({}, {"status": nullable(choice(*STATUSES)), "expires_at": nullable(moment)})
    check(list(shape(call.attributes, "/data/attributes")))
    changed = {name: value for name, value in call.attributes.items() if value is not None}
    code.attributes = {**code.attributes, **changed}
    call.things.put(code)
    return Reply(200, code)


def delete_coupon_code(call: Call) -> Reply:
    """DELETE /api/coupon-codes/{id}: 204. One that a profile holds: 409 (that it is refused is described)."""
    code = needed(call, "coupon-code", call.path["id"])
    if code.relationships.get("profile") or code.attributes["status"] == "ASSIGNED_TO_PROFILE":
        raise conflict(f"The code {code.id} is assigned to a profile and cannot be deleted.")
    call.things.drop("coupon-code", code.id)
    return Reply(204)


def bulk_create_coupon_codes(call: Call) -> Reply:
    """POST /api/coupon-code-bulk-create-jobs: 202, processing (recorded; "queued" is described)."""
    one = obj({"type": choice("coupon-code"), "attributes": _NEW, "relationships": obj({"coupon": pointing("coupon")})})
    shape = obj({"coupon-codes": obj({"data": items(one, least=1, most=MOST_CODES)})})
    check(list(shape(call.attributes, "/data/attributes")))
    waiting = [job for job in call.things.all(JOB) if present_job(call, job)["status"] != "complete"]
    if len(waiting) >= MOST_JOBS:
        raise invalid(f"{MOST_JOBS} jobs are waiting already.")
    made, errors = _sorted_out(call)
    job = Thing(
        JOB,
        call.new_id(JOB),
        {"total_count": len(made) + len(errors), "created_at": call.stamp},
        hidden={"errors": errors, "codes": [code.id for code in made], "seconds": call.job_seconds},
    )
    call.things.put_all([*made, job])
    call.things.link(JOB, job.id, "coupon-codes", {code.id: call.stamp for code in made})
    return Reply(202, job)


def _sorted_out(call: Call) -> tuple[list[Thing], list[dict[str, Any]]]:
    ready = (call.now + dt.timedelta(seconds=call.job_seconds)).isoformat()
    made: dict[str, Thing] = {}
    errors: list[dict[str, Any]] = []
    for index, one in enumerate(call.attributes["coupon-codes"]["data"]):
        coupon = needed_coupon(call, one["relationships"]["coupon"]["data"]["id"])
        code = _made(call, coupon.id, one["attributes"], ready)
        if code.id in made or call.things.get("coupon-code", code.id) is not None:
            errors.append(
                {
                    "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{call.stamp} {index}")),
                    "code": "duplicate",
                    "title": "Duplicate coupon code.",
                    "detail": f"The code {one['attributes']['unique_code']} exists already.",
                    "source": {"pointer": f"/data/attributes/coupon-codes/data/{index}"},
                }
            )
        else:
            made[code.id] = code
    return list(made.values()), errors


def present_job(call: Call, job: Thing) -> dict[str, Any]:
    """Status and counts by the time that has passed."""
    created = dt.datetime.fromisoformat(job.attributes["created_at"])
    seconds = job.hidden["seconds"]
    share = min((call.now - created).total_seconds() / seconds, 1.0) if seconds else 1.0
    done = share >= 1
    return {
        **job.attributes,
        "status": "complete" if done else "processing",
        "completed_count": int(len(job.hidden["codes"]) * share),
        "failed_count": len(job.hidden["errors"]) if done else 0,
        "completed_at": (created + dt.timedelta(seconds=seconds)).isoformat() if done else None,
        "expires_at": (created + dt.timedelta(days=KEPT_DAYS)).isoformat(),
        "errors": job.hidden["errors"] if done else [],
    }


def get_bulk_create_coupon_codes_job(call: Call) -> Reply:
    """GET /api/coupon-code-bulk-create-jobs/{job_id}: gone after seven days."""
    job = needed(call, JOB, call.path["job_id"])
    if call.now - dt.datetime.fromisoformat(job.attributes["created_at"]) > dt.timedelta(days=KEPT_DAYS):
        raise missing(JOB, job.id)
    return Reply(200, job)
