"""Which people a segment's definition takes in. Pure: a definition, a person, the time.

Groups must all hold, one condition of each is enough. What is not kept here (custom objects, WhatsApp) takes nobody
in. Source: Klaviyo's API descriptions and its guide to segments.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Protocol

from klaviyo_app.sandbox.behaviours.segment_consent import agrees
from klaviyo_app.sandbox.behaviours.segment_filters import dated, holds, numeric
from klaviyo_app.sandbox.behaviours.segment_places import is_near

EUROPEAN_UNION = frozenset(
    (
        "Austria",
        "Belgium",
        "Bulgaria",
        "Croatia",
        "Cyprus",
        "Czechia",
        "Denmark",
        "Estonia",
        "Finland",
        "France",
        "Germany",
        "Greece",
        "Hungary",
        "Ireland",
        "Italy",
        "Latvia",
        "Lithuania",
        "Luxembourg",
        "Malta",
        "Netherlands",
        "Poland",
        "Portugal",
        "Romania",
        "Slovakia",
        "Slovenia",
        "Spain",
        "Sweden",
    )
)
_HOUR = 3600.0
_WINDOWS: Mapping[str, float] = {
    "HOURS_1": _HOUR,
    "WEEKS_1": 7 * 24 * _HOUR,
    "YEARS_1": 365 * 24 * _HOUR,
    **{f"DAYS_{days}": days * 24 * _HOUR for days in (1, 3, 5, 30, 90, 180)},
}
_CUSTOM = re.compile(r"""properties\[['"](.+)['"]\]""")


class Person(Protocol):
    """What definitions ask about a profile. What none of them asks about need not be read."""

    @property
    def attributes(self) -> Mapping[str, Any]:
        """As in the API, with location and properties."""

    @property
    def subscriptions(self) -> Mapping[str, Any]:
        """By channel."""

    @property
    def predictions(self) -> Mapping[str, Any]:
        """By dimension."""

    @property
    def joined(self) -> Mapping[str, str]:
        """List ids, with when."""

    @property
    def activity(self) -> Mapping[str, list[list[Any]]]:
        """Metric ids, with the events: [seconds since 1970, value, properties]."""

    def properties(self, metric: str, event: list[Any]) -> Mapping[str, Any]:
        """All the properties of one of these events."""


def groups_in(definition: Mapping[str, Any]) -> set[str]:
    """The lists that a definition asks about."""
    conditions = (one for group in definition["condition_groups"] for one in group["conditions"])
    return {id_ for one in conditions for id_ in one.get("group_ids", ())}


def takes_in(definition: Mapping[str, Any], person: Person, now: dt.datetime) -> bool:
    """Whether a person belongs to a segment with this (valid) definition."""
    return all(
        any(_CONDITIONS.get(one["type"], _never)(one, person, now) for one in group["conditions"])
        for group in definition["condition_groups"]
    )


def _never(_condition: Mapping[str, Any], _person: Person, _now: dt.datetime) -> bool:
    return False


def _membership(condition: Mapping[str, Any], person: Person, now: dt.datetime) -> bool:
    found = [person.joined[one] for one in condition["group_ids"] if one in person.joined]
    within = condition.get("timeframe_filter")
    if within:
        found = [one for one in found if dated(within, one, now)]
    return bool(found) is condition["is_member"]


def _metric(condition: Mapping[str, Any], person: Person, now: dt.datetime) -> bool:
    metric, within = condition["metric_id"], condition["timeframe_filter"]
    events = [one for one in person.activity.get(metric, ()) if dated(within, one[0], now)]
    if wanted := condition.get("metric_filters"):
        events = [one for one in events if _all_hold(wanted, person.properties(metric, one), now)]
    measured = sum(one[1] for one in events) if condition["measurement"] == "sum" else len(events)
    return numeric(condition["measurement_filter"], measured)


def _all_hold(wanted: Iterable[Mapping[str, Any]], properties: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether an event's properties are as metric filters ask; one without a filter asks for nothing."""
    return all(not one.get("filter") or holds(one["filter"], properties.get(one["property"]), now) for one in wanted)


def _funnel(condition: Mapping[str, Any], person: Person, now: dt.datetime) -> bool:
    """Steps one after the other, the first in the time asked for, all within the window from there on (concluded)."""
    first, *others = condition["steps"]
    window = _WINDOWS.get(condition.get("completion_window_seconds") or "", float("inf"))
    begun = [at for at in _times(first, person, now) if dated(condition["timeframe_filter"], at, now)]
    if not first["metric_exists"]:
        return not begun and _goes_on(others, person, now, 0.0, float("inf"))
    return any(_goes_on(others, person, now, at, at + window) for at in begun)


def _goes_on(steps: Sequence[Mapping[str, Any]], person: Person, now: dt.datetime, after: float, until: float) -> bool:
    """Whether these steps follow, in their order; a step that must not exist has no event until the end."""
    for step in steps:
        following = [at for at in _times(step, person, now) if after < at <= until]
        if bool(following) is not step["metric_exists"]:
            return False
        after = min(following, default=after)
    return True


def _times(step: Mapping[str, Any], person: Person, now: dt.datetime) -> list[float]:
    """When a step's metric was recorded with such properties, in seconds since 1970."""
    metric, wanted = step["metric_id"], step.get("metric_filters") or ()
    events = person.activity.get(metric, ())
    return [one[0] for one in events if not wanted or _all_hold(wanted, person.properties(metric, one), now)]


def _consent(condition: Mapping[str, Any], person: Person, now: dt.datetime) -> bool:
    return agrees(condition["consent"], person.subscriptions, now)


def _property(condition: Mapping[str, Any], person: Person, now: dt.datetime) -> bool:
    name = condition["property"]
    custom = _CUSTOM.fullmatch(name)
    attributes = person.attributes
    if custom:
        value = (attributes.get("properties") or {}).get(custom[1])
    elif name.startswith("location."):
        value = (attributes.get("location") or {}).get(name.partition(".")[2])
    else:
        value = attributes.get(name, (attributes.get("location") or {}).get(name))
    return holds(condition["filter"], value, now)


def _distance(condition: Mapping[str, Any], person: Person, _now: dt.datetime) -> bool:
    return is_near(condition, person.attributes.get("location") or {})


def _region(condition: Mapping[str, Any], person: Person, _now: dt.datetime) -> bool:
    country = (person.attributes.get("location") or {}).get("country")
    inside = country == "United States" if condition["region"] == "united_states" else country in EUROPEAN_UNION
    return inside is condition["in_region"]


def _prediction(condition: Mapping[str, Any], person: Person, now: dt.datetime) -> bool:
    value = person.predictions.get(condition["dimension"])
    return value is not None and holds(condition["filter"], value, now)


_CONDITIONS: Mapping[str, Callable[[Mapping[str, Any], Person, dt.datetime], bool]] = {
    "profile-group-membership": _membership,
    "profile-metric": _metric,
    "profile-marketing-consent": _consent,
    "profile-metric-funnel": _funnel,
    "profile-postal-code-distance": _distance,
    "profile-property": _property,
    "profile-region": _region,
    "profile-predictive-analytics": _prediction,
}
