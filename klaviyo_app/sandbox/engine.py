"""An operation on an account: a behaviour of its own, or one of the generic shapes that the catalogue implies."""

from __future__ import annotations

import base64
import binascii
from dataclasses import replace
from typing import Any

import orjson

from klaviyo_app.gateway.catalogue.operation import Operation
from klaviyo_app.sandbox import filters, generic, rendering
from klaviyo_app.sandbox.asking import Asked
from klaviyo_app.sandbox.behaviours import BEHAVIOURS
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing
from klaviyo_app.sandbox.behaviours.event_log import EventRows
from klaviyo_app.sandbox.members import Members
from klaviyo_app.sandbox.problems import bad_parameter
from klaviyo_app.sandbox.rows import Rows

# Accepted and ignored (recorded answers).
_IGNORED = frozenset({("get_segments", "is_starred"), ("get_metrics", "integration.category")})
# Attributes that change with time between being kept and being shown: not to be filtered by SQLite.
_MOVING = {"campaign": {"status", "send_time", "scheduled_at", "updated_at"}, "coupon-code": {"status"}}
# Kinds whose filters speak of what is kept: the status of a review is a word there and an object in answers.
_AS_KEPT = frozenset({"review"})
FLAT = "2024-10-15"


def perform(call: Call, operation: Operation, asked: Asked, target: str) -> tuple[int, dict[str, Any] | None]:
    """Status and document of an answer. Raises Refused. `target`: path and query as they came."""
    behaviour = BEHAVIOURS.get(operation.name)
    reply = behaviour(call) if behaviour else generic.perform(call, operation)
    ids_only = "/relationships/" in operation.path
    if reply.things is not None:
        return reply.status, _collection(call, operation, asked, target, reply, ids_only=ids_only)
    if reply.thing is None:
        if reply.status == 200 and operation.method == "GET":
            return 200, {"data": None, "links": {"self": f"{rendering.HOST}{target}"}}
        return reply.status, None
    following = _cut_report(call, operation, asked, reply.thing)
    if ids_only:
        data: Any = {"type": reply.thing.kind, "id": reply.thing.id}
    elif reply.bare:
        own = rendering.address(reply.thing)
        data = {"type": reply.thing.kind, "id": reply.thing.id, "links": {"self": own}}
    else:
        told = replace(asked, include=(*asked.include, *reply.named))
        data = rendering.document(replace(call, revision=FLAT) if reply.flat else call, reply.thing, told)
        if reply.alone:
            data.pop("relationships", None)
    document: dict[str, Any] = {"data": data, **_included(call, [reply.thing], asked, reply)}
    document |= rendering.own_links(reply.thing.kind, target, call.revision)
    if following:
        document["links"] = rendering.links(target, following, call.revision, operation.cursor)
    return reply.status, document


def _cut_report(call: Call, operation: Operation, asked: Asked, report: Thing) -> str:
    """Leave one page of a report's rows, where they come by pages; the cursor of the next or ""."""
    size = call.settings["report_rows"]
    if not size or operation.cursor != "page_cursor":
        return ""
    start = _read_cursor(asked.cursor, 2)[1] if asked.cursor else 0
    rows = report.attributes["results"]
    report.attributes["results"] = rows[start : start + size]
    return _cursor(operation.name, start + size) if start + size < len(rows) else ""


def _collection(
    call: Call, operation: Operation, asked: Asked, target: str, reply: Reply, *, ids_only: bool
) -> dict[str, Any]:
    found, cursor = _page(call, operation, asked, reply)
    if ids_only:
        data: list[Any] = [{"type": one.kind, "id": one.id} for one in found]
    else:
        page = rendering.page_of(call, found)
        data = [rendering.resource(call, one, asked, page) for one in found]
    links = rendering.links(target, cursor, call.revision)
    return {"data": data, **_included(call, found, asked, reply), "links": links}


def _included(call: Call, things: list[Thing], asked: Asked, reply: Reply) -> dict[str, Any]:
    if not asked.include and not reply.included:
        return {}
    found = [*reply.included, *rendering.included(call, things, asked)]
    return {"included": [rendering.resource(call, one, asked) for one in found]}


def _page(call: Call, operation: Operation, asked: Asked, reply: Reply) -> tuple[list[Thing], str]:
    """The things of the page that is asked for, and the cursor of the next or ""."""
    conditions = [one for one in asked.filters if (operation.name, one.field) not in _IGNORED]
    things = reply.things or ()
    if isinstance(things, EventRows):
        after = _read_cursor(asked.cursor, 2)
        found, following = things.page(conditions, asked.sort, (after[0], after[1]) if after else None, asked.size)
        return found, _cursor(*following) if following else ""
    if isinstance(things, Rows | Members):
        conditions = [one for one in conditions if one.field not in things.done]
        asked_of = {asked.sort.removeprefix("-"), *(one.field for one in conditions)}
    if (
        isinstance(things, Rows | Members)
        and not asked_of & _MOVING.get(things.kind, frozenset())
        and all(map(things.knows, conditions))
    ):
        after = _read_cursor(asked.cursor, 2)
        rows, following = things.page(conditions, asked.sort, (after[0], after[1]) if after else None, asked.size)
        return rows, _cursor(*following) if following else ""
    found = [one for one in things if all(_passes(call, one, condition) for condition in conditions)]
    if asked.sort:
        name = asked.sort.removeprefix("-")
        found.sort(key=lambda one: _sort_key(call, one, name), reverse=asked.sort.startswith("-"))
    return _cut(found, asked)


def _cut(things: list[Thing], asked: Asked) -> tuple[list[Thing], str]:
    """A page of a list. Its cursor names the thing that comes next, so that what was seen may go; and its place."""
    start = 0
    if asked.cursor:
        first, place, _ = _read_cursor(asked.cursor, 3)
        start = next((number for number, one in enumerate(things) if one.id == first), place)
    cut = things[start : start + asked.size] if asked.size else things[start:]
    following = start + len(cut)
    return cut, _cursor(things[following].id, following, 0) if following < len(things) else ""


def _cursor(*parts: Any) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(parts)).decode().rstrip("=")


def _read_cursor(text: str, length: int) -> list[Any]:
    """The parts of a cursor; [] without one. Raises Refused (400) for one that we did not give for this."""
    if not text:
        return []
    try:
        bare = text.strip("=")  # the official SDK cuts one out of a link with the "=" before it
        parts = orjson.loads(base64.urlsafe_b64decode(bare + "=" * (-len(bare) % 4)))
    except (ValueError, binascii.Error):
        parts = None
    if not isinstance(parts, list) or len(parts) != length or not isinstance(parts[1], int):
        raise bad_parameter("Invalid page cursor provided.", "page[cursor]")
    if isinstance(parts[0], list | dict):
        raise bad_parameter("Invalid page cursor provided.", "page[cursor]")
    return parts


def _passes(call: Call, thing: Thing, condition: filters.Condition) -> bool:
    known, value = value_of(call, thing, condition.field)
    return not known or filters.holds(condition, value)


def value_of(call: Call, thing: Thing, name: str) -> tuple[bool, Any]:
    """(whether a thing has such a field at all, its value): attributes, "profile.id", parts of what is hidden.

    What it does not have, its behaviour has narrowed already ("messages.channel" of campaigns).
    """
    if name == "id":
        return True, thing.id
    attributes = thing.attributes if thing.kind in _AS_KEPT else rendering.shown(call, thing)
    if name in attributes:
        return True, attributes[name]
    relation, _, rest = name.rpartition(".")
    if rest == "id" and relation in thing.relationships:
        return True, thing.relationships[relation]
    value: Any = {**attributes, **thing.hidden}
    for part in name.split("."):
        if isinstance(value, list):
            value = next((one for one in value if part in one), {})
        if not isinstance(value, dict) or part not in value:
            return name.startswith("subscriptions."), None
        value = value[part]
    return True, value


def _sort_key(call: Call, thing: Thing, name: str) -> tuple[bool, str]:
    _, value = value_of(call, thing, name)
    return value is not None, str(value)
