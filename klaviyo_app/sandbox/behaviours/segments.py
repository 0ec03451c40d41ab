"""Segments: a definition that is checked and evaluated.

Source: Klaviyo's API descriptions; at most five in processing at once: description and guide; is_processing after a
change: recorded answers. A metric or list that is not there: 400, concluded.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import Wrong, flag, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.lists import counted, members
from klaviyo_app.sandbox.behaviours.segment_people import FILLING, fill
from klaviyo_app.sandbox.behaviours.segment_shapes import DEFINITION

MOST_IN_PROCESSING = 5


def is_processing(call: Call, segment: Thing) -> bool:
    """Whether a segment is still counting after its last change."""
    changed = str(segment.hidden.get("changed") or "1970-01-01T00:00:00+00:00")
    return (
        FILLING in segment.hidden or (call.now - dt.datetime.fromisoformat(changed)).total_seconds() < call.job_seconds
    )


def present_segment(call: Call, segment: Thing) -> dict[str, Any]:
    """The attributes as they are now, with profile_count where it was asked for."""
    return {**counted(call, segment), "is_processing": is_processing(call, segment)}


def _unknown(call: Call, definition: Mapping[str, Any]) -> Iterator[Wrong]:
    """Metrics and lists that the definition names and the account lacks."""
    for first, group in enumerate(definition["condition_groups"]):
        for second, one in enumerate(group["conditions"]):
            at = f"/data/attributes/definition/condition_groups/{first}/conditions/{second}"
            if "metric_id" in one and call.things.get("metric", one["metric_id"]) is None:
                yield Wrong(f"{at}/metric_id", f"A metric with id {one['metric_id']} does not exist.")
            for index, step in enumerate(one.get("steps", ())):
                if call.things.get("metric", step["metric_id"]) is None:
                    detail = f"A metric with id {step['metric_id']} does not exist."
                    yield Wrong(f"{at}/steps/{index}/metric_id", detail)
            for index, id_ in enumerate(one.get("group_ids", ())):
                if call.things.get("list", id_) is None:
                    yield Wrong(f"{at}/group_ids/{index}", f"A list with id {id_} does not exist.")


def _whole(definition: dict[str, Any]) -> dict[str, Any]:
    """The definition as it is given back: with the members that were left out (recorded for memberships)."""
    whole = copy.deepcopy(definition)
    for one in (one for group in whole["condition_groups"] for one in group["conditions"]):
        if one["type"] == "profile-group-membership" and one["is_member"]:
            one.setdefault("timeframe_filter", None)
    return whole


def _checked(call: Call, *, new: bool) -> None:
    parts = {"name": text(least=1), "definition": DEFINITION}
    shape = obj(parts, {"is_starred": nullable(flag)})
    if not new:
        shape = obj({}, {**{name: nullable(one) for name, one in parts.items()}, "is_starred": nullable(flag)})
    check(list(shape(call.attributes, "/data/attributes")))
    if call.attributes.get("definition"):
        check(list(_unknown(call, call.attributes["definition"])))
        if sum(is_processing(call, one) for one in call.things.all("segment")) >= MOST_IN_PROCESSING:
            raise invalid(f"At most {MOST_IN_PROCESSING} segments can be in processing at once.")


def create_segment(call: Call) -> Reply:
    """POST /api/segments: 201, in processing."""
    _checked(call, new=True)
    kept = {
        "name": call.attributes["name"],
        "definition": _whole(call.attributes["definition"]),
        "created": call.second,
        "updated": call.second,
        "is_active": True,
        "is_processing": True,
        "is_starred": bool(call.attributes.get("is_starred")),
    }
    segment = Thing("segment", call.new_id("segment"), kept, hidden={"changed": call.stamp})
    call.things.put(segment)
    fill(call, segment)
    return Reply(201, segment)


def update_segment(call: Call) -> Reply:
    """PATCH /api/segments/{id}: 200; a new definition is counted anew."""
    segment = needed(call, "segment", call.path["id"])
    _checked(call, new=False)
    changed = {name: value for name, value in call.attributes.items() if value is not None}
    if "definition" in changed:
        changed["definition"] = _whole(changed["definition"])
    segment.attributes = {**segment.attributes, **changed, "updated": call.second}
    if "definition" in changed:
        segment.hidden = {**segment.hidden, "changed": call.stamp}
    call.things.put(segment)
    if "definition" in changed:
        fill(call, segment)
    return Reply(200, segment)


def delete_segment(call: Call) -> Reply:
    """DELETE /api/segments/{id}: 204."""
    segment = needed(call, "segment", call.path["id"])
    call.things.drop("segment", segment.id)
    return Reply(204)


def get_profiles_for_segment(call: Call) -> Reply:
    """GET /api/segments/{id}/profiles, and the relationship of that name."""
    return members(call, "segment")
