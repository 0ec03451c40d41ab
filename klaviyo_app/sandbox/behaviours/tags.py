"""Tags and tag groups.

Source: Klaviyo's API descriptions: 500 tags, 50 groups, 100 tags on one thing; a tag belongs to one group, the default
one where none is named, and never to another; of a group only the name changes; an exclusive group lends a thing one
tag alone; a group takes its tags with it, and the default one stays. Recorded answers: 204 for changes, 404
`tag_service_error` for a group that is not there, the group named unasked where a tag is made. How a limit, a second
tag of an exclusive group and the end of the default group are refused: concluded, in the words of that same service.
Whether two tags may have one name is not known; here they may not.
"""

from __future__ import annotations

from collections.abc import Iterator

from klaviyo_app.sandbox.behaviours.bodies import Shape, Wrong, choice, flag, items, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, conflict, needed
from klaviyo_app.sandbox.behaviours.campaigns import check

MOST_TAGS, MOST_GROUPS, MOST_ON_ONE = 500, 50, 100
_AT = "/data/attributes"
_TAG = obj({"name": text(least=1)})
_GROUP = obj({"name": text(least=1)}, {"exclusive": nullable(flag)})
_RENAMED = obj({"name": text(least=1)}, {"return_fields": items(text())})
TAGGED = {"campaigns": "campaign", "flows": "flow", "lists": "list", "segments": "segment"}


def _service(status: int, detail: str) -> Refused:
    """What the service of tags says, which has a code of its own."""
    return Refused(status, "tag_service_error", "Tag Service Error", ((detail, {"pointer": "/data/"}),))


def create_tag(call: Call) -> Reply:
    """POST /api/tags: 201, in the group that the body names or in the default one."""
    check(list(_TAG(call.attributes, _AT)))
    group = _group(call)
    if call.things.count("tag") >= MOST_TAGS:
        raise _service(400, f"An account cannot have more than {MOST_TAGS} tags.")
    name = call.attributes["name"]
    if any(one.attributes["name"] == name for one in call.things.all("tag")):
        raise conflict(f"A tag named '{name}' exists already.", f"{_AT}/name")
    tag = Thing("tag", call.new_id("tag"), {"name": name}, {"tag-group": group.id})
    call.things.put(tag)
    return Reply(201, tag, named=("tag-group",))


def _group(call: Call) -> Thing:
    relations = call.data.get("relationships") or {}
    check(
        list(
            obj({}, {"tag-group": obj({"data": obj({"type": choice("tag-group"), "id": text(least=1)})})})(
                relations, "/data/relationships"
            )
        )
    )
    if not relations:
        return next(one for one in call.things.all("tag-group") if one.attributes["default"])
    wanted = str(relations["tag-group"]["data"]["id"])
    found = call.things.get("tag-group", wanted)
    if found is None:
        raise _service(404, f"Tag Group with id {wanted} not found")
    return found


def update_tag(call: Call) -> Reply:
    """PATCH /api/tags/{id}: 204; the name alone."""
    return _rename(call, "tag", _TAG)


def create_tag_group(call: Call) -> Reply:
    """POST /api/tag-groups: 201."""
    check(list(_GROUP(call.attributes, _AT)))
    if call.things.count("tag-group") >= MOST_GROUPS:
        raise _service(400, f"An account cannot have more than {MOST_GROUPS} tag groups.")
    exclusive = bool(call.attributes.get("exclusive"))
    attributes = {"name": call.attributes["name"], "exclusive": exclusive, "default": False}
    group = Thing("tag-group", call.new_id("tag-group"), attributes)
    call.things.put(group)
    return Reply(201, group)


def update_tag_group(call: Call) -> Reply:
    """PATCH /api/tag-groups/{id}: 204; the name alone."""
    return _rename(call, "tag-group", _RENAMED)


def _rename(call: Call, kind: str, shape: Shape) -> Reply:
    thing = needed(call, kind, call.path["id"])
    check(list(shape(call.attributes, _AT)))
    if "relationships" in call.data:
        known = f"'relationships' is not a valid field for the resource '{kind}'."
        check([Wrong("/data/relationships", known)])
    thing.attributes = {**thing.attributes, "name": call.attributes["name"]}
    call.things.put(thing)
    return Reply(204)


def delete_tag_group(call: Call) -> Reply:
    """DELETE /api/tag-groups/{id}: 204, with its tags, which leave everything that had them."""
    group = needed(call, "tag-group", call.path["id"])
    if group.attributes["default"]:
        raise _service(400, "The default tag group cannot be deleted.")
    for tag in list(_of_group(call, group.id)):
        call.things.drop("tag", tag.id)
    call.things.drop("tag-group", group.id)
    return Reply(204)


def _of_group(call: Call, group: str) -> Iterator[Thing]:
    return (one for one in call.things.all("tag") if one.relationships.get("tag-group") == group)


def tag_things(call: Call) -> Reply:
    """POST /api/tags/{id}/relationships/campaigns, flows, lists, segments: 204; all of them or none."""
    tag = needed(call, "tag", call.path["id"])
    kind = TAGGED[call.operation.removeprefix("tag_")]
    things = [needed(call, kind, str(one.get("id"))) for one in call.data]
    group = needed(call, "tag-group", str(tag.relationships["tag-group"]))
    rivals = {one.id for one in _of_group(call, group.id)} - {tag.id} if group.attributes["exclusive"] else set()
    for thing in things:
        has = set(call.things.linked(kind, thing.id, "tags"))
        if rivals & has:
            raise _service(400, f"The {kind} {thing.id} has a tag of the exclusive group {group.id} already.")
        if tag.id not in has and len(has) >= MOST_ON_ONE:
            raise _service(400, f"The {kind} {thing.id} has {MOST_ON_ONE} tags; no more can be added.")
    for thing in things:
        call.things.link(kind, thing.id, "tags", {tag.id: call.stamp})
    return Reply(204)
