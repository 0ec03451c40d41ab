"""Events: read them, and record new ones with their profiles and metrics.

Source: Klaviyo's API descriptions: 202 without a body, profiles and metrics that are not there yet are made, a repeated
unique_id of the same profile and metric is passed over (by default the second of the event), at most 1,000 events at
once, times from 1990 (before 2026: 2000) until a year from now. That a batch with one wrong event is refused whole:
concluded.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import (
    Shape,
    Wrong,
    choice,
    flag,
    items,
    moment,
    nullable,
    obj,
    real,
    resource,
    text,
)
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.deliveries import deliver
from klaviyo_app.sandbox.behaviours.event_log import EventRows, Teller, row
from klaviyo_app.sandbox.behaviours.profile_shapes import attributes_shape
from klaviyo_app.sandbox.behaviours.profiles import upsert
from klaviyo_app.sandbox.behaviours.segment_people import regroup

MOST = 1000
_OF_BROWSERS = ("anonymous_id", "_kx", "meta")
_WITH_METRIC = {
    "metric": obj({"data": resource("metric", obj({"name": text(least=1, most=127)}, {"service": nullable(text())}))})
}
_OPTIONAL = {
    "time": nullable(moment),
    "value": nullable(real),
    "value_currency": nullable(text()),
    "unique_id": nullable(text()),
    "backfill": nullable(flag),
}


def _properties(value: Any, pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, Mapping):
        yield Wrong(pointer, "'properties' must be an object.")


def _person(revision: str) -> Shape:
    """A profile in the body of an event: what a browser knows of it is passed over."""
    inner = attributes_shape(revision)

    def shape(value: Any, pointer: str) -> Iterator[Wrong]:
        known = value
        if isinstance(value, Mapping):
            known = {name: one for name, one in value.items() if name not in _OF_BROWSERS}
        yield from inner(known, pointer)

    return obj({"data": obj({"type": choice("profile"), "attributes": shape}, {"id": nullable(text(least=1))})})


_EVENT = {"properties": _properties, **_WITH_METRIC}


def get_events(call: Call) -> Reply:
    """GET /api/events: as its page asks for them. 400 for a metric that is not there (seen by others)."""
    unknown = [
        one
        for field, _, value in call.filters
        if field == "metric_id"
        for one in (value if isinstance(value, list) else [value])
        if call.things.get("metric", str(one)) is None
    ]
    if unknown:
        where = {"parameter": "filter"}
        raise Refused(400, "invalid", "Invalid input.", ((f"Metric IDs {unknown} do not exist.", where),))
    deliver(call)
    return Reply(200, things=EventRows(call))


def _asked(call: Call) -> Thing:
    return Teller(call).thing(row(call, call.path["id"]))


def get_event(call: Call) -> Reply:
    """GET /api/events/{id}."""
    return Reply(200, _asked(call))


def get_metric_for_event(call: Call) -> Reply:
    """GET /api/events/{id}/metric, and the relationship of that name."""
    return Reply(200, needed(call, "metric", str(_asked(call).relationships["metric"])))


def get_profile_for_event(call: Call) -> Reply:
    """GET /api/events/{id}/profile, and the relationship of that name."""
    return Reply(200, needed(call, "profile", str(_asked(call).relationships["profile"])))


def create_event(call: Call) -> Reply:
    """POST /api/events: 202."""
    shape = obj({**_EVENT, "profile": _person(call.revision)}, _OPTIONAL)
    check(list(shape(call.attributes, "/data/attributes")))
    at = _moment(call, call.attributes.get("time"), "/data/attributes/time")
    _record(call, call.attributes["profile"]["data"], [(at, call.attributes)])
    return Reply(202)


def bulk_create_events(call: Call) -> Reply:
    """POST /api/event-bulk-create-jobs: 202; each entry has one profile and its events."""
    one = resource("event", obj(_EVENT, _OPTIONAL))
    entry = obj(
        {"profile": _person(call.revision), "events": obj({"data": items(one, least=1)})}, {"backfill": nullable(flag)}
    )
    shape = obj({"events-bulk-create": obj({"data": items(resource("event-bulk-create", entry), least=1)})})
    check(list(shape(call.attributes, "/data/attributes")))
    entries = [one["attributes"] for one in call.attributes["events-bulk-create"]["data"]]
    pointer = "/data/attributes/events-bulk-create/data"
    if sum(len(one["events"]["data"]) for one in entries) > MOST:
        raise invalid(f"At most {MOST} events can be created at once.", pointer)
    for number, one in enumerate(entries):
        below = f"{pointer}/{number}/attributes/events/data"
        events = [
            (_moment(call, event["attributes"].get("time"), f"{below}/{place}/attributes/time"), event["attributes"])
            for place, event in enumerate(one["events"]["data"])
        ]
        _record(call, one["profile"]["data"], events)
    return Reply(202)


def _moment(call: Call, written: str | None, pointer: str) -> int:
    """When it happened, to the second. Raises Refused (400) for a time that lies too far off."""
    at = dt.datetime.fromisoformat(written) if written else call.now
    at = at if at.tzinfo else at.replace(tzinfo=dt.UTC)
    first = 1990 if call.revision >= "2026-01-15" else 2000
    if at.year <= first or at > call.now + dt.timedelta(days=365):
        raise invalid(f"The time must be after the year {first} and at most one year in the future.", pointer)
    return int(at.timestamp())


def _record(call: Call, data: Mapping[str, Any], events: list[tuple[int, dict[str, Any]]]) -> None:
    known = {name: one for name, one in data["attributes"].items() if name not in _OF_BROWSERS}
    profile = upsert(call, {**data, "attributes": known})[0]
    activity = dict(profile.hidden.get("activity") or {})
    for at, event in events:
        metric = _metric(call, event["metric"]["data"]["attributes"])
        kept = activity.setdefault(metric.id, [])
        unique = event.get("unique_id") or str(at)
        if any((one[3] if len(one) > 3 else str(int(one[0]))) == unique for one in kept):
            continue
        call.recorded.append((metric, f"{profile.id}-{metric.id}-{len(kept)}"))
        kept.append([float(at), float(event.get("value") or 0), _told(event), unique])
    latest = max((one[0] for rows in activity.values() for one in rows), default=0.0)
    profile.hidden = {**profile.hidden, "activity": activity}
    profile.attributes["last_event_date"] = dt.datetime.fromtimestamp(int(latest), dt.UTC).isoformat()
    call.things.put(profile)
    regroup(call, [profile.id])


def _told(event: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of an event's properties: value and currency stand among them, as in Klaviyo's answers."""
    found = dict(event["properties"])
    if event.get("value") is not None:
        found["$value"] = event["value"]
    if event.get("value_currency"):
        found["$value_currency"] = event["value_currency"]
    return found


def _metric(call: Call, asked: Mapping[str, Any]) -> Thing:
    """The metric of a name and an integration, made where there is none."""
    service = str(asked.get("service") or "api")
    for one in call.things.all("metric"):
        if one.attributes["name"] == asked["name"] and one.attributes["integration"]["key"] == service:
            return one
    integration = {"object": "integration", "id": "7FtS4J", "key": service, "name": "API", "category": "API"}
    times = {"created": call.stamp, "updated": call.stamp}
    metric = Thing("metric", call.new_id("metric"), {"name": asked["name"], **times, "integration": integration})
    call.things.put(metric)
    return metric
