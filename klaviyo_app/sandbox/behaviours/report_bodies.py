"""What all reports share: the shape of their bodies, their filters, their answers.

Source: Klaviyo's API descriptions: one filter for an attribute, joined by and, at most 100 values; of campaigns and
flows by equals and contains-any (tags: contains-any and contains-all), of forms and segments by equals and any;
group_by of campaigns and flows since 2025-10-15. All rows come at once unless the setting
report_rows says how many make a page; that links.next leads to the next by page_cursor is concluded.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from klaviyo_app.sandbox.behaviours.bodies import Shape, choice, items, nullable, obj, text
from klaviyo_app.sandbox.behaviours.call import Call, Refused, Reply, Thing, invalid
from klaviyo_app.sandbox.behaviours.campaigns import check
from klaviyo_app.sandbox.behaviours.report_frames import INTERVALS, Frame, frame_of, steps, timeframe

MOST_VALUES = 100
_FILTER = "/data/attributes/filter"
Conditions = Mapping[str, tuple[str, list[Any]]]  # field -> (operator, values)


class Plan(NamedTuple):
    """What one family of reports offers at a revision."""

    statistics: Sequence[str]
    filters: Mapping[str, Sequence[str]]  # field -> operators
    groups: Sequence[str] = ()
    default_groups: Sequence[str] = ()
    required_groups: Sequence[str] = ()
    may_group: bool = True
    converts: bool = False


class Asked(NamedTuple):
    """A report's body, read."""

    statistics: list[str]
    frame: Frame
    conditions: Conditions
    groups: Sequence[str]
    steps: list[Any]  # the begins of the intervals; of values: one

    def passes(self, known: Mapping[str, Any]) -> bool:
        """Whether a row with these groupings is asked for."""
        return all(_holds(sign, values, known.get(field)) for field, (sign, values) in self.conditions.items())

    def place(self, seconds: float) -> int:
        """The number of the interval of a moment within the frame."""
        return max((number for number, one in enumerate(self.steps) if one.timestamp() <= seconds), default=0)


def read(call: Call, plan: Plan, *, series: bool) -> Asked:
    """Check a report's body and read it. Raises Refused (400)."""
    check(list(_shape(plan, series=series)(call.attributes, "/data/attributes")))
    asked = call.attributes
    frame = frame_of(call, asked["timeframe"])
    groups = asked.get("group_by") or plan.default_groups
    if lacking := [one for one in plan.required_groups if one not in groups]:
        raise invalid(f"'group_by' must contain {', '.join(lacking)}.", "/data/attributes/group_by")
    begins = steps(frame, asked["interval"]) if series else [frame.since]
    return Asked(asked["statistics"], frame, _conditions(call, plan, asked.get("filter")), groups, begins)


def _shape(plan: Plan, *, series: bool) -> Shape:
    required: dict[str, Shape] = {"statistics": items(choice(*plan.statistics), least=1), "timeframe": timeframe}
    if series:
        required["interval"] = choice(*INTERVALS)
    if plan.converts:
        required["conversion_metric_id"] = text(least=1)
    optional: dict[str, Shape] = {"filter": nullable(text())}
    if plan.groups and plan.may_group:
        optional["group_by"] = nullable(items(choice(*plan.groups), least=1))
    return obj(required, optional)


def _conditions(call: Call, plan: Plan, written: str | None) -> Conditions:
    found: dict[str, tuple[str, list[Any]]] = {}
    try:
        parsed = list(call.parse(written)) if written else []
    except Refused as refused:
        raise invalid(refused.errors[0][0], _FILTER) from None
    for field, sign, value in parsed:
        allowed = plan.filters.get(field)
        if allowed is None:
            raise invalid(f"'{field}' is not a valid filter. Allowed: {', '.join(plan.filters)}.", _FILTER)
        if sign not in allowed:
            raise invalid(f"Invalid filter operator '{sign}' for '{field}'. Allowed: {', '.join(allowed)}.", _FILTER)
        if field in found:
            raise invalid(f"Only one filter can be used for '{field}'.", _FILTER)
        values = value if isinstance(value, list) else [value]
        if len(values) > MOST_VALUES:
            raise invalid(f"At most {MOST_VALUES} values can be given for '{field}'.", _FILTER)
        found[field] = (sign, values)
    return found


def _holds(sign: str, values: list[Any], found: Any) -> bool:
    if isinstance(found, list | tuple):
        return set(values) <= set(found) if sign == "contains-all" else bool(set(values) & set(found))
    return found in values


def told(
    kind: str, asked: Asked, rows: Iterable[tuple[Mapping[str, Any], Mapping[str, list[float]]]], *, series: bool
) -> Reply:
    """200 with a report. `rows`: groupings, and each statistic's values by interval."""
    results = [
        {"groupings": dict(known), "statistics": {name: one if series else one[0] for name, one in found.items()}}
        for known, found in rows
    ]
    attributes: dict[str, Any] = {"results": results}
    if series:
        attributes["date_times"] = [one.isoformat() for one in asked.steps]
    return Reply(200, Thing(kind, str(uuid.uuid4()), attributes))
