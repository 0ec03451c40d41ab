"""A segment's definition in words. Pure. A condition that is new to us is shown as it is, never left out.

Source of the shapes: Klaviyo's description, the nine condition schemas of a segment definition.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from klaviyo_app.resources.segments import filter_words

# Klaviyo's own metrics, as what a person has done; the shop's own are quoted.
DEEDS: dict[str, Promise] = {
    "Active on Site": gettext_lazy("been active on the site"),
    "Added to Cart": gettext_lazy("put something into the basket"),
    "Bounced Email": gettext_lazy("bounced an e-mail"),
    "Clicked Email": gettext_lazy("clicked an e-mail"),
    "Clicked SMS": gettext_lazy("clicked a text message"),
    "Marked Email as Spam": gettext_lazy("marked e-mail as spam"),
    "Opened Email": gettext_lazy("opened e-mail"),
    "Placed Order": gettext_lazy("placed an order"),
    "Received Email": gettext_lazy("received e-mail"),
    "Received SMS": gettext_lazy("received a text message"),
    "Started Checkout": gettext_lazy("started a checkout"),
    "Unsubscribed from Email Marketing": gettext_lazy("unsubscribed from e-mail"),
    "Viewed Product": gettext_lazy("viewed a product"),
}
CHANNELS = {
    "email": gettext_lazy("e-mail"),
    "sms": gettext_lazy("SMS"),
    "push": gettext_lazy("push messages"),
}
STATES = {
    "subscribed": gettext_lazy("is subscribed"),
    "never_subscribed": gettext_lazy("never subscribed"),
    "unsubscribed": gettext_lazy("has unsubscribed"),
}
REGIONS = {"european_union": gettext_lazy("the European Union"), "united_states": gettext_lazy("the United States")}
UNITS = {"kilometers": gettext_lazy("kilometres"), "miles": gettext_lazy("miles")}
DIMENSIONS = {
    "average_days_between_orders": gettext_lazy("average days between orders"),
    "average_order_value": gettext_lazy("average order value"),
    "churn_probability": gettext_lazy("predicted risk of leaving"),
    "expected_date_of_next_purchase": gettext_lazy("expected next purchase"),
    "historic_clv": gettext_lazy("value so far"),
    "historic_number_of_orders": gettext_lazy("number of orders so far"),
    "predicted_clv": gettext_lazy("predicted further value"),
    "predicted_gender": gettext_lazy("predicted gender"),
    "predicted_number_of_orders": gettext_lazy("predicted number of orders"),
    "total_clv": gettext_lazy("value in all, past and predicted"),
}
GENDERS = {
    "likely_female": gettext_lazy("probably female"),
    "likely_male": gettext_lazy("probably male"),
    "uncertain": gettext_lazy("uncertain"),
}
_CUSTOM = re.compile(r"""properties\[['"](.+)['"]\]""")


@dataclass(frozen=True, slots=True)
class Names:
    """What ids are called: metrics and groups (lists and segments)."""

    metrics: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)


def in_words(definition: Any, names: Names) -> list[list[str]]:
    """Groups of sentences: all groups must hold, and of each group one sentence."""
    groups = definition.get("condition_groups") if isinstance(definition, Mapping) else None
    return [_group(one, names) for one in groups] if isinstance(groups, list) else []


def _group(group: Any, names: Names) -> list[str]:
    conditions = group.get("conditions") if isinstance(group, Mapping) else None
    if not isinstance(conditions, list) or not conditions:
        return [as_it_is(group)]
    return [sentence(one, names) for one in conditions]


def sentence(condition: Any, names: Names) -> str:
    """One condition in words; as JSON where its kind or its inside is not known."""
    try:
        known = SENTENCES[condition["type"]](condition, names)
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError):
        return as_it_is(condition)
    more = {name: value for name, value in condition.items() if name not in MEMBERS[condition["type"]]}
    return " ".join(known.split()) + (f" {as_it_is(more)}" if more else "")


def as_it_is(condition: Any) -> str:
    """What has no words yet, whole."""
    return json.dumps(condition, ensure_ascii=False, sort_keys=True, default=str)


def _metric(one: Mapping[str, Any], names: Names) -> str:
    name = names.metrics.get(one["metric_id"], str(one["metric_id"]))
    # Other words in front need another form; a deed of the shop's own is quoted.
    did = str(DEEDS[name]) if name in DEEDS else _("done “%(metric)s”") % {"metric": name}
    words = {"did": did, "when": filter_words.when(one["timeframe_filter"]), "where": _details(one)}
    measured = one["measurement_filter"]
    if one["measurement"] == "sum":
        words["value"] = filter_words.amount(measured)
        return _("has %(did)s %(where)s for a total of %(value)s %(when)s") % words
    if (measured["operator"], measured["value"]) in {("equals", 0), ("less-than", 1), ("less-than-or-equal", 0)}:
        text = _("has not %(did)s %(where)s %(when)s") if words["when"] else _("has never %(did)s %(where)s")
        return text % words
    words["times"] = _times(measured)
    return _("has %(did)s %(where)s %(times)s %(when)s") % words


def _times(measured: Mapping[str, Any]) -> str:
    how, count = filter_words.amount(measured), int(measured["value"])
    if (measured["operator"], count) in {("greater-than", 0), ("greater-than-or-equal", 1)}:
        return _("at least once")
    return ngettext("%(how)s time", "%(how)s times", count) % {"how": how}


def _details(one: Mapping[str, Any]) -> str:
    """What the events themselves must look like."""
    found = [
        f"{detail['property']} {filter_words.predicate(detail['filter'])}" for detail in one.get("metric_filters") or ()
    ]
    return _("(where %(details)s)") % {"details": _(" and ").join(found)} if found else ""


def _membership(one: Mapping[str, Any], names: Names) -> str:
    groups = _(" or ").join(f"“{names.groups.get(key, key)}”" for key in one["group_ids"])
    text = _("is in %(groups)s") if one["is_member"] else _("is not in %(groups)s")
    since = filter_words.when(one.get("timeframe_filter"))
    return text % {"groups": groups} + (_(", joined %(when)s") % {"when": since} if since else "")


def _property(one: Mapping[str, Any], _names: Names) -> str:
    name = str(one["property"])
    custom = _CUSTOM.fullmatch(name)
    shown = custom[1] if custom else name.removeprefix("location.").replace("_", " ")
    return f"{shown} {filter_words.predicate(one['filter'])}"


def _consent(one: Mapping[str, Any], _names: Names) -> str:
    consent = one["consent"]
    status = consent["consent_status"]
    may = (
        _("can get marketing by %(channel)s")
        if consent["can_receive_marketing"]
        else _("cannot get marketing by %(channel)s")
    )
    said = may % {"channel": CHANNELS.get(consent["channel"], consent["channel"])}
    parts = [] if status["subscription"] == "any" else [str(STATES.get(status["subscription"], status["subscription"]))]
    parts += [_consent_detail(detail) for detail in status.get("filters") or ()]
    return ", ".join([said, *parts])


def _consent_detail(one: Mapping[str, Any]) -> str:
    name = str(one["field"]).replace("_", " ")
    if "method" in one:
        name = f"{name} {str(one['method']).replace('_', ' ')}"
    return f"{name} {filter_words.predicate(one['filter'])}" if one.get("filter") else name


def _region(one: Mapping[str, Any], _names: Names) -> str:
    text = _("is within %(region)s") if one["in_region"] else _("is not within %(region)s")
    return text % {"region": REGIONS.get(one["region"], one["region"])}


def _distance(one: Mapping[str, Any], _names: Names) -> str:
    words = {
        "distance": filter_words.amount(one["filter"]),
        "unit": UNITS.get(one["unit"], one["unit"]),
        "code": one["postal_code"],
        "country": one["country_code"],
    }
    return _("lives %(distance)s %(unit)s from %(code)s (%(country)s)") % words


def _prediction(one: Mapping[str, Any], _names: Names) -> str:
    dimension, asked = str(one["dimension"]), one["filter"]
    name = DIMENSIONS.get(dimension) or dimension.replace("_", " ")
    if dimension == "predicted_gender":
        text = _("%(name)s is %(gender)s") if asked["operator"] == "equals" else _("%(name)s is not %(gender)s")
        return text % {"name": name, "gender": GENDERS.get(asked["value"], asked["value"])}
    return f"{name} {filter_words.predicate(asked)}"


SENTENCES: dict[str, Callable[[Mapping[str, Any], Names], str]] = {
    "profile-metric": _metric,
    "profile-group-membership": _membership,
    "profile-property": _property,
    "profile-marketing-consent": _consent,
    "profile-region": _region,
    "profile-postal-code-distance": _distance,
    "profile-predictive-analytics": _prediction,
}
# What the sentences speak of; any other member is newer than they are and is shown beside them.
MEMBERS: dict[str, frozenset[str]] = {
    "profile-metric": frozenset(
        {"type", "metric_id", "measurement", "measurement_filter", "timeframe_filter", "metric_filters"}
    ),
    "profile-group-membership": frozenset({"type", "is_member", "group_ids", "timeframe_filter"}),
    "profile-property": frozenset({"type", "property", "filter"}),
    "profile-marketing-consent": frozenset({"type", "consent"}),
    "profile-region": frozenset({"type", "in_region", "region"}),
    "profile-postal-code-distance": frozenset({"type", "country_code", "postal_code", "unit", "filter"}),
    "profile-predictive-analytics": frozenset({"type", "dimension", "filter"}),
}
