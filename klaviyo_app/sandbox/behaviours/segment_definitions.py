"""Which people a segment's definition takes in. Pure: a definition, a person, the time.

Groups must all hold, one condition of each is enough. What cannot be known here (distances, custom objects, funnels)
takes nobody in. Source: Klaviyo's API descriptions and its guide to segments.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from typing import Any, Protocol

from klaviyo_app.sandbox.behaviours.segment_consent import agrees
from klaviyo_app.sandbox.behaviours.segment_filters import dated, holds, numeric

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
        told = ((one, person.properties(metric, one)) for one in events)
        events = [one for one, known in told if all(_has(known, each, now) for each in wanted)]
    measured = sum(one[1] for one in events) if condition["measurement"] == "sum" else len(events)
    return numeric(condition["measurement_filter"], measured)


def _has(properties: Mapping[str, Any], wanted: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether an event's properties are as a metric filter asks; one without a filter asks for nothing."""
    return not wanted.get("filter") or holds(wanted["filter"], properties.get(wanted["property"]), now)


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
    "profile-property": _property,
    "profile-region": _region,
    "profile-predictive-analytics": _prediction,
}
