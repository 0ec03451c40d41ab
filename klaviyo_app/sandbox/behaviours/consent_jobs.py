"""Subscribing, unsubscribing, suppressing and its taking back, in bulk. Carried out at once; the jobs take their time.

Source: Klaviyo's API descriptions: 1,000 and 100 a job, 100 addresses or one list or one segment; subscribing lifts
UNSUBSCRIBE, spam and user suppressions; double opt-in waits for a confirmation (which never comes here); without a list
and without historical_import a new profile is never made: recorded answers.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.profile_shapes import unasked
from klaviyo_app.sandbox.behaviours.profiles import found_by, upsert
from klaviyo_app.sandbox.behaviours.recipients import members
from klaviyo_app.sandbox.behaviours.segment_people import regroup

LIFTED = ("UNSUBSCRIBE", "SPAM_COMPLAINT", "USER_SUPPRESSED")
MOST_SUBSCRIBED, MOST_OTHERS = 1000, 100


def _rows(call: Call, most: int) -> list[Mapping[str, Any]]:
    rows = (call.attributes.get("profiles") or {}).get("data") or []
    if len(rows) > most:
        raise invalid(f"At most {most} profiles can be given.", "/data/attributes/profiles/data")
    return list(rows)


def _related(call: Call, kind: str) -> Thing | None:
    one = ((call.data.get("relationships") or {}).get(kind) or {}).get("data")
    return needed(call, kind, str(one["id"])) if one else None


def _person(call: Call, row: Mapping[str, Any]) -> Thing | None:
    attributes = row.get("attributes") or {}
    known = call.things.get("profile", str(row["id"])) if row.get("id") else None
    for name in ("email", "phone_number"):
        if known is None and attributes.get(name):
            known = found_by(call, name, attributes[name])
    return known


def _set(call: Call, profile: Thing, channel: str, consent: str) -> None:
    """Change a channel's marketing consent and keep the profile."""
    subscriptions = copy.deepcopy(profile.hidden.get("subscriptions") or unasked())
    subscribed = consent == "SUBSCRIBED"
    marketing = subscriptions[channel]["marketing"]
    marketing |= {"consent": consent, "consent_timestamp": call.stamp, "last_updated": call.stamp, "method": "API"}
    if channel == "email":
        kept = [one for one in marketing["suppression"] if one["reason"] not in LIFTED]
        if not subscribed:
            kept.append({"reason": "UNSUBSCRIBE", "timestamp": call.stamp})
        marketing["suppression"] = kept
        marketing["can_receive_email_marketing"] = not kept
    else:
        marketing["can_receive_sms_marketing"] = subscribed
    profile.hidden = {**profile.hidden, "subscriptions": subscriptions}
    call.things.put(profile)


def bulk_subscribe_profiles(call: Call) -> Reply:
    """POST /api/profile-subscription-bulk-create-jobs: 202 without a body."""
    group, historical = _related(call, "list"), bool(call.attributes.get("historical_import"))
    waits = group is not None and group.attributes["opt_in_process"] == "double_opt_in" and not historical
    changed = []
    for row in _rows(call, MOST_SUBSCRIBED):
        profile = _person(call, row)
        if profile is None and group is None and not historical:
            continue
        if profile is None:
            profile, _ = upsert(call, {"attributes": row["attributes"]})
        if waits:
            continue
        channels = (row["attributes"].get("subscriptions") or {"email": {}}).keys()
        for channel in ("email", "sms"):
            if channel in channels:
                _set(call, profile, channel, "SUBSCRIBED")
        if group is not None:
            call.things.link("list", group.id, "profiles", {profile.id: call.stamp})
        changed.append(profile.id)
    regroup(call, changed)
    return Reply(202)


def bulk_unsubscribe_profiles(call: Call) -> Reply:
    """POST /api/profile-subscription-bulk-delete-jobs: 202 without a body."""
    group = _related(call, "list")
    changed = []
    for row in _rows(call, MOST_OTHERS):
        profile = _person(call, row)
        if profile is not None:
            for channel in ("email", "sms"):
                if channel in (row["attributes"].get("subscriptions") or {"email": {}}):
                    _set(call, profile, channel, "UNSUBSCRIBED")
            if group is not None:
                call.things.unlink("list", group.id, "profiles", [profile.id])
            changed.append(profile.id)
    regroup(call, changed)
    return Reply(202)


def _concerned(call: Call) -> list[Thing]:
    groups = [one for one in (_related(call, "list"), _related(call, "segment")) if one is not None]
    rows = _rows(call, MOST_OTHERS)
    if bool(rows) + len(groups) != 1:
        raise invalid("Give either profiles, or one list, or one segment.", "/data/attributes/profiles")
    if groups:
        return call.things.some("profile", sorted(members(call, groups[0].id)))
    return [one for one in (_person(call, row) for row in rows) if one is not None]


def _suppression(call: Call, kind: str, *, suppressed: bool) -> Reply:
    people = _concerned(call)
    for profile in people:
        subscriptions = copy.deepcopy(profile.hidden.get("subscriptions") or unasked())
        marketing = subscriptions["email"]["marketing"]
        kept = [one for one in marketing["suppression"] if one["reason"] != "USER_SUPPRESSED"]
        if suppressed:
            kept.append({"reason": "USER_SUPPRESSED", "timestamp": call.stamp})
        marketing |= {"suppression": kept, "can_receive_email_marketing": not kept, "last_updated": call.stamp}
        profile.hidden = {**profile.hidden, "subscriptions": subscriptions}
        call.things.put(profile)
    regroup(call, [one.id for one in people])
    counts = {"created_at": call.stamp, "total_count": len(people), "skipped_count": 0}
    job = Thing(kind, call.new_id(kind), counts, hidden={"seconds": call.job_seconds})
    call.things.put(job)
    return Reply(202, job)


def bulk_suppress_profiles(call: Call) -> Reply:
    """POST /api/profile-suppression-bulk-create-jobs: 202."""
    return _suppression(call, "profile-suppression-bulk-create-job", suppressed=True)


def bulk_unsuppress_profiles(call: Call) -> Reply:
    """POST /api/profile-suppression-bulk-delete-jobs: 202."""
    return _suppression(call, "profile-suppression-bulk-delete-job", suppressed=False)


def present_counting(call: Call, job: Thing) -> dict[str, Any]:
    """A job's status and count by the time that has passed since it was made."""
    created = dt.datetime.fromisoformat(job.attributes["created_at"])
    seconds = job.hidden["seconds"]
    share = min((call.now - created).total_seconds() / seconds, 1.0) if seconds else 1.0
    done = share >= 1
    total = job.attributes["total_count"] - int(job.attributes.get("failed_count", 0))
    return {
        **job.attributes,
        "status": "complete" if done else "queued" if share < 0.25 else "processing",
        "completed_count": total if done else int(total * share),
        "completed_at": (created + dt.timedelta(seconds=seconds)).isoformat() if done else None,
    }
