"""Subscribing, unsubscribing, suppressing and its taking back, in bulk. Carried out at once; the jobs take their time.

Source: Klaviyo's API descriptions: 1,000 and 100 a job, 100 addresses or one list or one segment; subscribing lifts
UNSUBSCRIBE, spam and user suppressions; double opt-in waits for a confirmation (which never comes here); without a list
and without historical_import a new profile is never made: recorded answers.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.consent_shapes import (
    wrong_with_subscribing,
    wrong_with_suppressing,
    wrong_with_unsubscribing,
)
from klaviyo_app.sandbox.behaviours.profile_shapes import unasked
from klaviyo_app.sandbox.behaviours.profiles import found_by, upsert
from klaviyo_app.sandbox.behaviours.recipients import members
from klaviyo_app.sandbox.behaviours.segment_people import regroup

LIFTED = ("UNSUBSCRIBE", "SPAM_COMPLAINT", "USER_SUPPRESSED")
MOST_SUBSCRIBED, MOST_OTHERS = 1000, 100
_CAN = {"marketing": "can_receive_{}_marketing", "transactional": "can_receive_{}_transactional"}


def _rows(call: Call) -> list[Mapping[str, Any]]:
    return list((call.attributes.get("profiles") or {}).get("data") or [])


def _said(row: Mapping[str, Any]) -> Iterator[tuple[str, str, str | None]]:
    """(channel, purpose, when) of what a row says; without channels: its identifiers' (before 2025-01-15)."""
    attributes = row["attributes"]
    named = (("email", "email"), ("phone_number", "sms"))
    default: dict[str, Any] = {channel: {"marketing": {}} for name, channel in named if attributes.get(name)}
    subscriptions = attributes.get("subscriptions") or default
    for channel in ("email", "sms"):
        for purpose, said in (subscriptions.get(channel) or {}).items():
            if purpose in _CAN:
                yield channel, purpose, said.get("consented_at")


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


def _set(call: Call, profile: Thing, said: tuple[str, str, str | None], consent: str) -> None:
    """Change what a profile consents to, a channel for a purpose, and keep it."""
    channel, purpose, when = said
    subscriptions = copy.deepcopy(profile.hidden.get("subscriptions") or unasked())
    subscribed = consent == "SUBSCRIBED"
    kept = subscriptions[channel][purpose]
    kept |= {"consent": consent, "consent_timestamp": when or call.stamp, "last_updated": call.stamp, "method": "API"}
    if channel == "email":
        held = [one for one in kept["suppression"] if one["reason"] not in LIFTED]
        if not subscribed:
            held.append({"reason": "UNSUBSCRIBE", "timestamp": call.stamp})
        kept["suppression"] = held
        subscribed = not held
    kept[_CAN[purpose].format(channel)] = subscribed
    profile.hidden = {**profile.hidden, "subscriptions": subscriptions}
    call.things.put(profile)


def bulk_subscribe_profiles(call: Call) -> Reply:
    """POST /api/profile-subscription-bulk-create-jobs: 202 without a body."""
    check(list(wrong_with_subscribing(call, MOST_SUBSCRIBED)))
    group, historical = _related(call, "list"), bool(call.attributes.get("historical_import"))
    waits = group is not None and group.attributes["opt_in_process"] == "double_opt_in" and not historical
    changed = []
    for row in _rows(call):
        profile = _person(call, row)
        if profile is None and group is None and not historical:
            continue
        if profile is None:
            known = {name: row["attributes"].get(name) for name in ("email", "phone_number")}
            profile, _ = upsert(call, {"attributes": known})
        if waits:
            continue
        for said in _said(row):
            _set(call, profile, said, "SUBSCRIBED")
        if group is not None:
            call.things.link("list", group.id, "profiles", {profile.id: call.stamp})
        changed.append(profile.id)
    regroup(call, changed)
    return Reply(202)


def bulk_unsubscribe_profiles(call: Call) -> Reply:
    """POST /api/profile-subscription-bulk-delete-jobs: 202 without a body."""
    check(list(wrong_with_unsubscribing(call, MOST_OTHERS)))
    group = _related(call, "list")
    changed = []
    for row in _rows(call):
        profile = _person(call, row)
        if profile is not None:
            for said in _said(row):
                _set(call, profile, said, "UNSUBSCRIBED")
            if group is not None:
                call.things.unlink("list", group.id, "profiles", [profile.id])
            changed.append(profile.id)
    regroup(call, changed)
    return Reply(202)


def _concerned(call: Call) -> list[Thing]:
    groups = [one for one in (_related(call, "list"), _related(call, "segment")) if one is not None]
    check(list(wrong_with_suppressing(call, MOST_OTHERS)))
    rows = _rows(call)
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
