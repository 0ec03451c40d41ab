"""Metric aggregates: counted from the very events that GET /api/events shows.

Source: Klaviyo's API descriptions: measurements, intervals, dimensions, a filter with both ends of the time
in the zone that is asked for, at most a year between them. A row for each combination of dimensions that occurs, one
without dimensions; an event that lacks a dimension has "" there; weeks begin on Monday: concluded. Dates in UTC, and
no page_size below 500, and a sort that fails, with `by` as a server error: recorded.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from klaviyo_app.sandbox.behaviours.bodies import Shape, Wrong, choice, items, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.deliveries import deliver
from klaviyo_app.sandbox.behaviours.event_log import Row, Teller, left

LONGEST = dt.timedelta(days=366)
_FILTER = "/data/attributes/filter"
_AWARE = re.compile(r"\d(Z|[+-]\d\d:?\d\d)\)")
_TOO_NEW = frozenset({"Factory", "Europe/Kyiv", "Pacific/Kanton"})
_ZONES = available_timezones() - _TOO_NEW
_LEAST_PAGE = 500  # below it is refused: recorded
DIMENSIONS = (
    "$attributed_channel",
    "$attributed_flow",
    "$attributed_message",
    "$attributed_variation",
    "$campaign_channel",
    "$flow",
    "$flow_channel",
    "$message",
    "$message_send_cohort",
    "$variation",
    "$variation_send_cohort",
    "Bot Click",
    "Bounce Type",
    "Campaign Name",
    "Client Canonical",
    "Client Name",
    "Client Type",
    "Email Domain",
    "Failure Source",
    "Failure Type",
    "From Number",
    "From Phone Region",
    "Inbox Provider",
    "List",
    "Message Name",
    "Message Type",
    "Method",
    "Subject",
    "To Number",
    "To Phone Region",
    "URL",
    "form_id",
)
_NEWER = {
    "$value_currency": "2025-01-15",
    "$usage_amount": "2026-07-15",
    "Message Format": "2026-07-15",
    "Segment Count": "2026-07-15",
}


def _zone(value: Any, pointer: str) -> Iterator[Wrong]:
    if value not in _ZONES:
        yield Wrong(pointer, f"'{value}' is not a valid timezone.")


def _page_size(value: Any, pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, int) or value < _LEAST_PAGE:
        yield Wrong(pointer, f"'page_size' must be an integer of at least {_LEAST_PAGE}.")


def _shape(revision: str) -> Shape:
    dimensions = (*DIMENSIONS, *(name for name, since in _NEWER.items() if since <= revision))
    return obj(
        {
            "metric_id": text(least=1),
            "measurements": items(choice("count", "sum_value", "unique"), least=1),
            "filter": items(text(least=1), least=1),
        },
        {
            "interval": nullable(choice("hour", "day", "week", "month")),
            "by": nullable(items(choice(*dimensions))),
            "timezone": nullable(_zone),
            "page_size": nullable(_page_size),
            "sort": nullable(text()),
        },
    )


def _unsorted(asked: Mapping[str, Any]) -> Refused:
    if asked.get("by"):
        words = "A server error occurred."
        return Refused(500, "error", words, ((words, {"pointer": "/data/"}),))
    return invalid("unsupported operand type(s) for +", "/data/attributes/sort")


def query_metric_aggregates(call: Call) -> Reply:
    """POST /api/metric-aggregates: 200."""
    asked = call.attributes
    check(list(_shape(call.revision)(asked, "/data/attributes")))
    if asked.get("sort"):
        raise _unsorted(asked)
    deliver(call)
    metric = needed(call, "metric", asked["metric_id"])
    zone = ZoneInfo(asked.get("timezone") or "UTC")
    interval = asked.get("interval") or "day"
    since, until, others = _limits(call, asked["filter"], zone)
    dates = list(_dates(since, until, interval))
    places = {one.timestamp(): number for number, one in enumerate(dates)}
    dimensions = asked.get("by") or []
    bounds = [
        ("metric_id", "equals", metric.id),
        ("datetime", "greater-or-equal", since),
        ("datetime", "less-than", until),
    ]
    teller = Teller(call)
    rows: dict[tuple[str, ...], list[list[Row]]] = {} if dimensions else {(): [[] for _ in dates]}
    for one in left(call, bounds):
        known = teller.properties(one)
        if all(known.get(name) in values for name, values in others):
            group = tuple(str(known.get(name, "")) for name in dimensions)
            place = places[_floor(dt.datetime.fromtimestamp(one.at, zone), interval).timestamp()]
            rows.setdefault(group, [[] for _ in dates])[place].append(one)
    data = [
        {"dimensions": list(group), "measurements": {name: _measured(name, cells) for name in asked["measurements"]}}
        for group, cells in sorted(rows.items())
    ]
    attributes = {"dates": [one.astimezone(dt.UTC).isoformat() for one in dates], "data": data}
    return Reply(200, Thing("metric-aggregate", call.new_id("metric-aggregate"), attributes))


def _limits(
    call: Call, texts: Iterable[str], zone: ZoneInfo
) -> tuple[dt.datetime, dt.datetime, list[tuple[str, list[Any]]]]:
    """(from, until, what else must hold). Raises Refused (400) without both ends, or with too much between them."""
    ends: dict[str, dt.datetime] = {}
    others: list[tuple[str, list[Any]]] = []
    try:
        conditions = [(one, _AWARE.search(written)) for written in texts for one in call.parse(written)]
    except Refused as refused:
        raise invalid(refused.errors[0][0], _FILTER) from None
    for (field, sign, value), aware in conditions:
        if field == "datetime" and isinstance(value, dt.datetime):
            ends[sign] = value.astimezone(zone) if aware else value.replace(tzinfo=zone)
        elif sign in ("equals", "any"):
            others.append((field, value if isinstance(value, list) else [value]))
        else:
            raise invalid(f"Invalid filter operator '{sign}' for '{field}'. Allowed: equals, any.", _FILTER)
    if set(ends) != {"greater-or-equal", "less-than"}:
        raise invalid("The filter needs greater-or-equal and less-than of datetime.", _FILTER)
    since, until = ends["greater-or-equal"], ends["less-than"]
    if not since < until <= since + LONGEST:
        raise invalid("The time range must be longer than nothing and at most one year.", _FILTER)
    return since, until, others


def _floor(at: dt.datetime, interval: str) -> dt.datetime:
    """The begin of the hour, day, week or month."""
    if interval == "hour":
        return at.replace(minute=0, second=0, microsecond=0)
    day = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    if interval == "month":
        return day.replace(day=1)
    return day - dt.timedelta(days=day.weekday()) if interval == "week" else day


def _dates(since: dt.datetime, until: dt.datetime, interval: str) -> Iterator[dt.datetime]:
    """The begin of each interval that the range touches, in its zone."""
    at = _floor(since, interval)
    while at < until:
        yield at
        if interval == "hour":
            at = (at.astimezone(dt.UTC) + dt.timedelta(hours=1)).astimezone(since.tzinfo)
        elif interval == "month":
            at = _floor(at + dt.timedelta(days=32), interval)
        else:
            at += dt.timedelta(days=7 if interval == "week" else 1)


def _measured(name: str, cells: list[list[Row]]) -> list[float]:
    if name == "count":
        return [float(len(rows)) for rows in cells]
    if name == "unique":
        return [float(len({one.profile for one in rows})) for rows in cells]
    return [round(sum(one.value for one in rows), 2) for rows in cells]
