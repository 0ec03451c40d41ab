"""Profiles: find, make, change, import, merge, forget.

Source: Klaviyo's API descriptions (201 or 200 for an import); 409 duplicate_profile with meta.duplicate_profile_id, and
a merge that answers 202 with an identifier only: recorded answers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, invalid, needed, not_found
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.profile_shapes import IDENTIFIERS, attributes_shape, blank, laid_over, unasked
from klaviyo_app.sandbox.behaviours.segment_people import regroup

JOINED = "joined_group_at"
INDEX = "profile-identifier"  # never shown: finds a profile by address, number or external id


def index_things(profile: str, attributes: Mapping[str, Any]) -> list[Thing]:
    """What must be kept so that a profile is found by its identifiers."""
    return [
        Thing(INDEX, f"{name}:{attributes[name]}".lower(), {}, {"profile": profile})
        for name in IDENTIFIERS
        if attributes.get(name)
    ]


def found_by(call: Call, name: str, value: Any) -> Thing | None:
    """The profile with an identifier, or None."""
    entry = call.things.get(INDEX, f"{name}:{value}".lower())
    return call.things.get("profile", str(entry.relationships["profile"])) if entry else None


def member(person: str, joined: str) -> Thing:
    """A person of a list or segment, read only when it is shown: of thousands a page shows a hundred."""
    return Thing("profile", person, {JOINED: joined})


def whole(call: Call, members: Sequence[Thing]) -> list[Thing]:
    """The people of a page of members, read at once."""
    joined = {one.id: one.attributes for one in members}
    people = call.things.some("profile", joined)
    for one in people:
        one.attributes |= joined[one.id]
    return people


def present_profile(call: Call, profile: Thing) -> dict[str, Any]:
    """The attributes, with subscriptions and predictive_analytics where they were asked for."""
    asked = call.additional.get("profile", frozenset())
    shown = dict(profile.attributes)
    if shown.keys() == {JOINED}:  # a member of whom nobody has read more yet
        profile = needed(call, "profile", profile.id)
        shown = {**profile.attributes, **shown}
    if "subscriptions" in asked:
        shown["subscriptions"] = profile.hidden.get("subscriptions") or unasked()
    if "predictive_analytics" in asked:
        known = profile.hidden.get("predictions") or {}
        shown["predictive_analytics"] = {name: one for name, one in known.items() if name != "predicted_gender"}
    return shown


def named_by(call: Call) -> list[Thing] | None:
    """The profiles that a filter names by id or identifier; None without such a filter."""
    for name, operator, value in call.filters:
        if name in (*IDENTIFIERS, "id", "profile_id") and operator in ("equals", "any"):
            wanted = value if isinstance(value, list) else [value]
            by_id = name in ("id", "profile_id")
            some = (call.things.get("profile", one) if by_id else found_by(call, name, one) for one in wanted)
            return list({one.id: one for one in some if one is not None}.values())
    return None


def get_profiles(call: Call) -> Reply:
    """GET /api/profiles: by identifier straight, otherwise all; the engine filters."""
    named = named_by(call)
    return Reply(200, things=call.things.all("profile") if named is None else named)


def _taken(call: Call, attributes: Mapping[str, Any], own: str | None = None) -> None:
    for name in IDENTIFIERS:
        other = found_by(call, name, attributes[name]) if attributes.get(name) else None
        if other is not None and other.id != own:
            detail = "A profile already exists with one of these identifiers."
            raise Refused(
                409,
                "duplicate_profile",
                "Conflict.",
                ((detail, {"pointer": "/data/attributes"}),),
                {"duplicate_profile_id": other.id},
            )


def _identified(attributes: Mapping[str, Any]) -> None:
    if not any(attributes.get(name) for name in IDENTIFIERS):
        raise invalid("A profile needs an email, a phone_number or an external_id.", "/data/attributes")


def keep(call: Call, profile: Thing, changes: Mapping[str, Any], meta: Mapping[str, Any]) -> Thing:
    """Lay changes over a profile and keep it, findable by what it is called now."""
    for entry in index_things(profile.id, profile.attributes):
        call.things.drop(INDEX, entry.id)
    profile.attributes = {**laid_over(profile.attributes, changes, meta), "updated": call.second}
    call.things.put_all([profile, *index_things(profile.id, profile.attributes)])
    return profile


def made(call: Call, attributes: Mapping[str, Any], meta: Mapping[str, Any] | None = None) -> Thing:
    """A new profile, kept."""
    profile = Thing("profile", call.new_id("profile"), blank(call.second), hidden={"subscriptions": unasked()})
    return keep(call, profile, attributes, meta or {})


def create_profile(call: Call) -> Reply:
    """POST /api/profiles: 201; 409 for an identifier that is taken."""
    check(list(attributes_shape(call.revision)(call.attributes, "/data/attributes")))
    _identified(call.attributes)
    _taken(call, call.attributes)
    profile = made(call, call.attributes)
    regroup(call, [profile.id])
    return Reply(201, profile)


def update_profile(call: Call) -> Reply:
    """PATCH /api/profiles/{id}: 200; null clears."""
    profile = needed(call, "profile", call.path["id"])
    check(list(attributes_shape(call.revision)(call.attributes, "/data/attributes")))
    _taken(call, call.attributes, profile.id)
    keep(call, profile, call.attributes, call.data.get("meta") or {})
    regroup(call, [profile.id])
    return Reply(200, profile)


def upsert(call: Call, data: Mapping[str, Any]) -> tuple[Thing, bool]:
    """Create or update by the first identifier that is known; whether it is new."""
    attributes = {name: one for name, one in (data.get("attributes") or {}).items() if name != "subscriptions"}
    known = call.things.get("profile", str(data["id"])) if data.get("id") else None
    for name in IDENTIFIERS:
        if known is None and attributes.get(name):
            known = found_by(call, name, attributes[name])
    if known is None:
        _identified(attributes)
        return made(call, attributes, data.get("meta")), True
    _taken(call, attributes, known.id)
    return keep(call, known, attributes, data.get("meta") or {}), False


def create_or_update_profile(call: Call) -> Reply:
    """POST /api/profile-import: 201 for a new one, 200 for a known one."""
    check(list(attributes_shape(call.revision)(call.attributes, "/data/attributes")))
    profile, new = upsert(call, call.data)
    regroup(call, [profile.id])
    return Reply(201 if new else 200, profile)


def forget(call: Call, profile: Thing) -> None:
    """Take a profile and all that finds it away."""
    for entry in index_things(profile.id, profile.attributes):
        call.things.drop(INDEX, entry.id)
    call.things.drop("profile", profile.id)


def _both(destination: Thing, source: Thing) -> dict[str, Any]:
    """The events of both; those that came later stand behind, so that the ids of the others stay."""
    activity = dict(destination.hidden.get("activity") or {})
    for metric, rows in (source.hidden.get("activity") or {}).items():
        activity[metric] = [*activity.get(metric, ()), *rows]
    return activity


def merge_profiles(call: Call) -> Reply:
    """POST /api/profile-merge: 202 with the identifier; the source disappears, its lists pass on."""
    destination = needed(call, "profile", str(call.data["id"]))
    sources = call.data["relationships"]["profiles"]["data"]
    if len(sources) != 1:
        raise invalid("Exactly one source profile is needed.", "/data/relationships/profiles/data")
    source = needed(call, "profile", str(sources[0]["id"]))
    for group in call.things.holders("list", "profiles", source.id):
        call.things.link("list", group, "profiles", {destination.id: call.stamp})
    gaps = {name: value for name, value in source.attributes.items() if value and not destination.attributes.get(name)}
    mine, theirs = (one.attributes.get("properties") or {} for one in (destination, source))
    gaps["properties"] = {name: value for name, value in theirs.items() if name not in mine}
    forget(call, source)
    destination.hidden = {**destination.hidden, "activity": _both(destination, source)}
    last = (destination.attributes.get("last_event_date"), source.attributes.get("last_event_date"))
    destination.attributes["last_event_date"] = max((one for one in last if one), default=None)
    keep(call, destination, {name: one for name, one in gaps.items() if name != "last_event_date"}, {})
    regroup(call, [destination.id])
    return Reply(202, Thing("profile", destination.id, {}), bare=True)


def request_profile_deletion(call: Call) -> Reply:
    """POST /api/data-privacy-deletion-jobs: 202; 404 where nobody is meant (recorded)."""
    data = call.attributes["profile"]["data"]
    named = {name: one for name, one in (data.get("attributes") or {}).items() if one}
    if bool(data.get("id")) + len(named) != 1:
        raise invalid("Exactly one of id, email and phone_number is needed.", "/data/attributes/profile/data")
    name, value = next(iter(named.items())) if named else ("id", str(data["id"]))
    found = found_by(call, name, value) if named else call.things.get("profile", value)
    if found is None:
        raise not_found(f'No profile with {name} "{value}" found.  The profile may have already been deleted.')
    forget(call, found)
    return Reply(202)


def _groups(call: Call, kind: str) -> Reply:
    profile = needed(call, "profile", call.path["id"])
    held = call.things.holders(kind, "profiles", profile.id)
    return Reply(200, things=call.things.some(kind, held.keys()))


def get_lists_for_profile(call: Call) -> Reply:
    """GET /api/profiles/{id}/lists, and the relationship of that name."""
    return _groups(call, "list")


def get_segments_for_profile(call: Call) -> Reply:
    """GET /api/profiles/{id}/segments, and the relationship of that name."""
    return _groups(call, "segment")
