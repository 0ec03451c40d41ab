"""Lists: opt-in process, members, count.

Source: Klaviyo's API descriptions: opt_in_process writable from 2025-10-15, 1,000 members a call, joined_group_at on a
list's people; 204 without body for members: recorded answers. Unknown people: 404, concluded.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import Shape, choice, items, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, needed
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.profiles import member, named_by, whole
from klaviyo_app.sandbox.behaviours.segment_people import regroup

OPT_IN_SINCE = "2025-10-15"
MOST = 1000


def present_list(call: Call, one: Thing) -> dict[str, Any]:
    """The attributes, with profile_count where it was asked for."""
    return counted(call, one)


def counted(call: Call, group: Thing) -> dict[str, Any]:
    """A list's or segment's attributes with its count, if additional-fields ask for it."""
    if "profile_count" not in call.additional.get(group.kind, ()):
        return dict(group.attributes)
    return {**group.attributes, "profile_count": call.things.count_linked(group.kind, group.id, "profiles")}


def _optional(call: Call) -> dict[str, Shape]:
    opt_in = nullable(choice("single_opt_in", "double_opt_in"))
    return {"opt_in_process": opt_in} if call.revision >= OPT_IN_SINCE else {}


def create_list(call: Call) -> Reply:
    """POST /api/lists: 201."""
    attributes = call.attributes
    check(list(obj({"name": text(least=1)}, _optional(call))(attributes, "/data/attributes")))
    kept = {
        "name": attributes["name"],
        "created": call.second,
        "updated": call.second,
        "opt_in_process": attributes.get("opt_in_process") or "double_opt_in",
    }
    one = Thing("list", call.new_id("list"), kept)
    call.things.put(one)
    return Reply(201, one)


def update_list(call: Call) -> Reply:
    """PATCH /api/lists/{id}: 200; null leaves a part as it is."""
    one = needed(call, "list", call.path["id"])
    check(list(obj({}, {"name": nullable(text(least=1)), **_optional(call)})(call.attributes, "/data/attributes")))
    changed = {name: value for name, value in call.attributes.items() if value is not None}
    one.attributes = {**one.attributes, **changed, "updated": call.second}
    call.things.put(one)
    return Reply(200, one)


def delete_list(call: Call) -> Reply:
    """DELETE /api/lists/{id}: 204; the people stay."""
    one = needed(call, "list", call.path["id"])
    call.things.drop("list", one.id)
    return Reply(204)


def _people(call: Call) -> list[str]:
    shape = items(obj({"type": choice("profile"), "id": text(least=1)}), least=1, most=MOST)
    check(list(shape(call.data, "/data")))
    return [needed(call, "profile", one["id"]).id for one in call.data]


def add_profiles_to_list(call: Call) -> Reply:
    """POST /api/lists/{id}/relationships/profiles: 204. Gives no consent; who is in it keeps the time of joining."""
    one = needed(call, "list", call.path["id"])
    people = _people(call)
    call.things.link("list", one.id, "profiles", dict.fromkeys(people, call.stamp))
    regroup(call, people)
    return Reply(204)


def remove_profiles_from_list(call: Call) -> Reply:
    """DELETE /api/lists/{id}/relationships/profiles: 204; who is not in it does not matter."""
    one = needed(call, "list", call.path["id"])
    people = _people(call)
    call.things.unlink("list", one.id, "profiles", people)
    regroup(call, people)
    return Reply(204)


def members(call: Call, kind: str) -> Reply:
    """The people of a list or segment, with joined_group_at."""
    group = needed(call, kind, call.path["id"])
    named = named_by(call)
    if named is None:
        return Reply(200, things=call.things.members(kind, group.id, "profiles", member, partial(whole, call)))
    held = ((one.id, call.things.holders(kind, "profiles", one.id).get(group.id)) for one in named)
    return Reply(200, things=[member(person, when) for person, when in held if when is not None])


def get_profiles_for_list(call: Call) -> Reply:
    """GET /api/lists/{id}/profiles, and the relationship of that name."""
    return members(call, "list")
