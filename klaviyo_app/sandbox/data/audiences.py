"""The lists and segments of a shop, as data. Segments speak of metrics and lists by name; named() puts ids there."""

from __future__ import annotations

from typing import Any, NamedTuple

Definition = dict[str, Any]


class ListPlan(NamedTuple):
    """A list: who is in it as a share of all, and of whom (a property's value, or nothing)."""

    name: str
    share: float
    double_opt_in: bool = True
    source: str = ""
    age_days: int = 700


LISTS: tuple[ListPlan, ...] = (
    ListPlan("Newsletter", 0.72),
    ListPlan("Trail Club members", 0.24),
    ListPlan("Checkout opt-ins", 0.31, double_opt_in=False),
    ListPlan("SMS club", 0.14),
    ListPlan("Black Friday early access", 0.18, age_days=380),
    ListPlan("Pop-up: spring hiking", 0.11, age_days=230),
    ListPlan("Footer form", 0.42, source="Footer form"),
    ListPlan("Berlin store receipts", 0.6, double_opt_in=False, source="Berlin store"),
    ListPlan("Workshop: waxing jackets", 0.05, age_days=410),
    ListPlan("Workshop: sourdough on an open fire", 0.04, age_days=300),
    ListPlan("Repair café regulars", 0.06, double_opt_in=False),
    ListPlan("Back in stock: Ridge 2 tent", 0.05, age_days=160),
    ListPlan("Back in stock: Moss blanket", 0.04, age_days=120),
    ListPlan("Giveaway: a week in a hut", 0.19, source="Giveaway", age_days=260),
    ListPlan("Advent calendar", 0.16, age_days=360),
    ListPlan("Gift guide readers", 0.08, age_days=350),
    ListPlan("Paper catalogue by post", 0.12, double_opt_in=False),
    ListPlan("Customers before the move", 0.21, double_opt_in=False),
    ListPlan("Wholesale partners", 0.01, double_opt_in=False),
    ListPlan("Press and writers", 0.008, double_opt_in=False),
    ListPlan("Ambassadors", 0.006, double_opt_in=False),
    ListPlan("Friends of the house", 0.01, double_opt_in=False),
    ListPlan("Survey: what should we make next?", 0.07, age_days=200),
    ListPlan("Sample sale, Berlin", 0.05, age_days=190),
    ListPlan("Corporate gifts", 0.01, double_opt_in=False, age_days=420),
    ListPlan("Reviews: five stars", 0.05, double_opt_in=False),
    ListPlan("Waitlist: winter hut weekend", 0.03, age_days=60),
    ListPlan("Product testers", 0.02),
    ListPlan("German speakers", 0.3, double_opt_in=False),
    ListPlan("Seed list (inbox tests)", 0.002, double_opt_in=False),
)


def metric(name: str, operator: str, value: float, days: int | None = None, measurement: str = "count") -> Definition:
    """Did something so many times (or for so much) within the last days; without days: ever."""
    within = {"type": "date", "operator": "in-the-last", "unit": "day", "quantity": days}
    return {
        "type": "profile-metric",
        "metric_id": name,
        "measurement": measurement,
        "measurement_filter": {"type": "numeric", "operator": operator, "value": value},
        "timeframe_filter": within if days else {"type": "date", "operator": "alltime"},
    }


def ever(name: str, days: int | None = None) -> Definition:
    """Did it at least once."""
    return metric(name, "greater-than-or-equal", 1, days)


def never(name: str, days: int | None = None) -> Definition:
    """Did not do it."""
    return metric(name, "equals", 0, days)


def member(name: str, is_member: bool = True) -> Definition:
    """Is or is not in a list."""
    return {"type": "profile-group-membership", "is_member": is_member, "group_ids": [name]}


def consent(channel: str, subscription: str, may: bool = True) -> Definition:
    """What a person agreed to."""
    status = {"subscription": subscription}
    asked = {"channel": channel, "can_receive_marketing": may, "consent_status": status}
    return {"type": "profile-marketing-consent", "consent": asked}


def has(name: str, **asked: Any) -> Definition:
    """A property's filter."""
    return {"type": "profile-property", "property": name, "filter": asked}


def predicted(dimension: str, operator: str, value: Any) -> Definition:
    """One of Klaviyo's predictions."""
    kind = "string" if isinstance(value, str) else "numeric"
    asked = {"type": kind, "operator": operator, "value": value}
    return {"type": "profile-predictive-analytics", "dimension": dimension, "filter": asked}


def country(*names: str) -> Definition:
    """Lives in one of these."""
    return has("location.country", type="string", operator="in", value=list(names))


def all_of(*groups: Definition | list[Definition]) -> Definition:
    """Every group must hold; a list is a group of which one is enough."""
    return {"condition_groups": [{"conditions": one if isinstance(one, list) else [one]} for one in groups]}


EMAIL = consent("email", "subscribed")
NEAR_BERLIN = {
    "type": "profile-postal-code-distance",
    "country_code": "DE",
    "postal_code": "10115",
    "unit": "kilometers",
    "filter": {"type": "numeric", "operator": "less-than", "value": 50},
}
JOINED_LATELY = {
    **member("Newsletter"),
    "timeframe_filter": {"type": "date", "operator": "in-the-last", "unit": "day", "quantity": 30},
}
EUROPE = {"type": "profile-region", "in_region": True, "region": "european_union"}
BIRTHDAY = has("properties['Birthday']", type="date", operator="anniversary-month")

SEGMENTS: tuple[tuple[str, Definition], ...] = (
    ("Engaged, 30 days", all_of(EMAIL, [ever("Opened Email", 30), ever("Clicked Email", 30)])),
    ("Engaged, 60 days", all_of(EMAIL, [ever("Opened Email", 60), ever("Active on Site", 60)])),
    ("Engaged, 90 days", all_of(EMAIL, [ever("Opened Email", 90), ever("Active on Site", 90)])),
    ("Sleeping for 180 days", all_of(EMAIL, never("Opened Email", 180), never("Active on Site", 180))),
    ("VIP: over 400 in a year", all_of(metric("Placed Order", "greater-than", 400, 365, "sum"))),
    ("New subscribers", all_of(JOINED_LATELY)),
    ("Bought once", all_of(metric("Placed Order", "equals", 1))),
    ("Bought twice or more", all_of(metric("Placed Order", "greater-than-or-equal", 2))),
    ("Readers who never bought", all_of(EMAIL, never("Placed Order"))),
    ("Abandoned checkout, 7 days", all_of(ever("Started Checkout", 7), never("Placed Order", 7))),
    ("Looked but did not buy, 14 days", all_of(ever("Viewed Product", 14), never("Placed Order", 14))),
    ("Win back: bought, then silent", all_of(ever("Placed Order"), never("Placed Order", 240))),
    ("Likely to leave", all_of(predicted("churn_probability", "greater-than", 0.8))),
    ("Worth over 300", all_of(predicted("total_clv", "greater-than", 300))),
    ("Large baskets", all_of(predicted("average_order_value", "greater-than-or-equal", 120))),
    ("Birthday this month", all_of(EMAIL, BIRTHDAY)),
    ("Germany, Austria, Switzerland", all_of(country("Germany", "Austria", "Switzerland"))),
    ("The North", all_of(country("Denmark", "Norway", "Sweden"))),
    ("United Kingdom and Ireland", all_of(country("United Kingdom", "Ireland"))),
    ("European Union", all_of(EUROPE)),
    ("Within 50 km of Berlin", all_of(EMAIL, NEAR_BERLIN)),
    ("Trail Club, active", all_of(member("Trail Club members"), ever("Active on Site", 90))),
    ("Newsletter, not in the club", all_of(member("Newsletter"), member("Trail Club members", is_member=False))),
    (
        "Interested in camping",
        all_of(has("properties['Interests']", type="list", operator="contains", value="camping")),
    ),
    (
        "Interested in the kitchen",
        all_of(has("properties['Interests']", type="list", operator="contains", value="kitchen")),
    ),
    ("Reachable by SMS", all_of(consent("sms", "subscribed"))),
    ("May not be mailed", all_of(consent("email", "any", may=False))),
    (
        "Over 500 points",
        all_of(has("properties['Loyalty points']", type="numeric", operator="greater-than", value=500)),
    ),
    ("No phone number yet", all_of(EMAIL, has("phone_number", type="existence", operator="not-set"))),
    ("Probably women", all_of(predicted("predicted_gender", "equals", "likely_female"))),
)


def named(definition: Any, ids: dict[str, str]) -> Any:
    """The definition with ids in place of the names of metrics and lists."""
    if isinstance(definition, dict):
        changed = {name: named(one, ids) for name, one in definition.items()}
        if "metric_id" in changed:
            changed["metric_id"] = ids[changed["metric_id"]]
        if "group_ids" in changed:
            changed["group_ids"] = [ids[one] for one in changed["group_ids"]]
        return changed
    return [named(one, ids) for one in definition] if isinstance(definition, list) else definition
