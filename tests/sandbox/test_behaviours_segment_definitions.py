"""Segment definitions in the sandbox: what is valid, and whom they take in."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.behaviours.segment_definitions import takes_in
from klaviyo_app.sandbox.behaviours.segment_people import Known
from klaviyo_app.sandbox.behaviours.segment_shapes import DEFINITION

NOW = dt.datetime(2026, 11, 23, 12, tzinfo=dt.UTC)
DAY = 86400


def definition(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {"condition_groups": [{"conditions": [one]} for one in conditions]}


def recent(days: int) -> dict[str, Any]:
    return {"type": "date", "operator": "in-the-last", "unit": "day", "quantity": days}


def opened(times: int, days: int) -> dict[str, Any]:
    return {
        "type": "profile-metric",
        "metric_id": "OpenEm",
        "measurement": "count",
        "measurement_filter": {"type": "numeric", "operator": "greater-than-or-equal", "value": times},
        "timeframe_filter": recent(days),
    }


EMAIL = {
    "type": "profile-marketing-consent",
    "consent": {"channel": "email", "can_receive_marketing": True, "consent_status": {"subscription": "subscribed"}},
}
GRAZ = {
    "type": "profile-property",
    "property": "location.city",
    "filter": {"type": "string", "operator": "equals", "value": "Graz"},
}
KINDS = [
    EMAIL,
    GRAZ,
    opened(3, 30),
    {"type": "profile-group-membership", "is_member": True, "group_ids": ["LiSt01"], "timeframe_filter": recent(7)},
    {"type": "profile-group-membership", "is_member": False, "group_ids": ["LiSt02"]},
    {
        "type": "profile-postal-code-distance",
        "country_code": "AT",
        "postal_code": "8010",
        "unit": "kilometers",
        "filter": {"type": "numeric", "operator": "less-than", "value": 50},
    },
    {"type": "profile-region", "in_region": True, "region": "european_union"},
    {
        "type": "profile-predictive-analytics",
        "dimension": "churn_probability",
        "filter": {"type": "numeric", "operator": "less-than", "value": 0.5},
    },
    {
        "type": "profile-predictive-analytics",
        "dimension": "predicted_gender",
        "filter": {"type": "string", "operator": "equals", "value": "likely_female"},
    },
]
LIKE = {"type": "string", "operator": "like", "value": ""}
URL_SPELLING = {"type": "numeric", "operator": "greater-or-equal", "value": 1}
ANN = Known(
    Thing(
        "profile",
        "ann",
        {
            "email": "ann@example.com",
            "location": {"city": "Graz", "country": "Austria", "latitude": 47.07, "longitude": 15.44},
            "properties": {"Birthday": "1990-11-23", "Sizes": ["M", "L"], "VIP": True},
        },
        hidden={
            "subscriptions": {"email": {"marketing": {"can_receive_email_marketing": True, "consent": "SUBSCRIBED"}}},
            "predictions": {"churn_probability": 0.2, "predicted_gender": "likely_female"},
            "activity": {"OpenEm": [[NOW.timestamp() - days * DAY, 0] for days in (1, 5, 20, 90)]},
        },
    ),
    {"LiSt01": "2026-11-20T10:00:00+00:00"},
)


@pytest.mark.parametrize("condition", KINDS, ids=lambda one: one["type"])
def test_each_of_the_nine_kinds_is_valid(condition: dict[str, Any]) -> None:
    assert list(DEFINITION(definition(condition), "/data/attributes/definition")) == []


@pytest.mark.parametrize(
    ("broken", "pointer"),
    [
        ({"condition_groups": []}, "/condition_groups"),
        ({"condition_groups": [{"conditions": []}]}, "/condition_groups/0/conditions"),
        (definition({"type": "profile-shoe-size"}), "/condition_groups/0/conditions/0/type"),
        (definition({**opened(1, 1), "extra": 1}), "/condition_groups/0/conditions/0/extra"),
        (definition({**GRAZ, "filter": LIKE}), "/condition_groups/0/conditions/0/filter/operator"),
        (
            definition({**opened(1, 1), "measurement_filter": URL_SPELLING}),
            "/condition_groups/0/conditions/0/measurement_filter/operator",
        ),
        (definition({**KINDS[4], "timeframe_filter": recent(1)}), "/condition_groups/0/conditions/0/timeframe_filter"),
    ],
)
def test_a_broken_definition_points_to_the_fault(broken: dict[str, Any], pointer: str) -> None:
    assert [one.pointer for one in DEFINITION(broken, "")] == [pointer]


@pytest.mark.parametrize("condition", KINDS)
def test_a_person_who_fits_is_taken_in(condition: dict[str, Any]) -> None:
    assert takes_in(definition(condition), ANN, NOW)


@pytest.mark.parametrize("condition", KINDS)
def test_nobody_is_taken_in_whose_facts_are_the_opposite(condition: dict[str, Any]) -> None:
    nobody = Known(Thing("profile", "x", {"email": "x@example.com"}), {"LiSt02": "2020-01-01T00:00:00+00:00"})
    assert not takes_in(definition(condition), nobody, NOW)


def test_groups_must_all_hold() -> None:
    assert not takes_in(definition(EMAIL, opened(4, 30)), ANN, NOW)


def test_one_condition_of_a_group_is_enough() -> None:
    assert takes_in({"condition_groups": [{"conditions": [opened(4, 30), EMAIL]}]}, ANN, NOW)


@pytest.mark.parametrize(
    ("name", "asked", "held"),
    [
        ("properties['Birthday']", {"type": "date", "operator": "anniversary"}, True),
        ("properties['Birthday']", {"type": "date", "operator": "calendar-month", "value": 3}, False),
        ("properties['Sizes']", {"type": "list", "operator": "contains", "value": "M"}, True),
        ("properties['Sizes']", {"type": "list", "operator": "length-greater-than", "value": 2}, False),
        ("properties['VIP']", {"type": "boolean", "operator": "equals", "value": True}, True),
        ("phone_number", {"type": "existence", "operator": "not-set"}, True),
        ("email", {"type": "string", "operator": "not-ends-with", "value": ".com"}, False),
        ("location.city", {"type": "string", "operator": "in", "value": ["Wien", "Graz"]}, True),
    ],
)
def test_a_property_is_compared(name: str, asked: dict[str, Any], held: bool) -> None:
    condition = {"type": "profile-property", "property": name, "filter": asked}
    assert list(DEFINITION(definition(condition), "")) == []
    assert takes_in(definition(condition), ANN, NOW) is held


SNOW = Known(
    Thing(
        "profile",
        "snow",
        {"email": "snow@example.com"},
        hidden={
            "subscriptions": {
                "email": {
                    "marketing": {
                        "can_receive_email_marketing": False,
                        "consent": "UNSUBSCRIBED",
                        "consent_timestamp": "2026-11-20T10:00:00+00:00",
                        "method": "FORM",
                        "method_detail": "FoRm01",
                        "custom_method_detail": "fair in Graz",
                        "double_optin": True,
                        "suppression": [{"reason": "HARD_BOUNCE", "timestamp": "2026-11-21T10:00:00+00:00"}],
                    }
                }
            },
            "activity": {"Bought": [[NOW.timestamp() - DAY, 20.0, {"Colour": "red"}], [NOW.timestamp() - DAY, 5.0]]},
        },
    ),
    {},
    tell=lambda row: row.properties or {"Colour": "blue"},
)
RED = {"type": "string", "operator": "equals", "value": "red"}
BLUE = {**RED, "value": "blue"}


def bought(least: int, measurement: str, *filters: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "profile-metric",
        "metric_id": "Bought",
        "measurement": measurement,
        "measurement_filter": {"type": "numeric", "operator": "greater-than-or-equal", "value": least},
        "timeframe_filter": recent(30),
        "metric_filters": list(filters),
    }


@pytest.mark.parametrize(
    ("condition", "inside"),
    [
        (bought(2, "count"), True),
        (bought(1, "count", {"property": "Colour", "filter": RED}), True),
        (bought(2, "count", {"property": "Colour", "filter": RED}), False),
        (bought(20, "sum", {"property": "Colour", "filter": RED}), True),
        (bought(20, "sum", {"property": "Colour", "filter": BLUE}), False),
        (bought(1, "count", {"property": "Colour", "filter": RED}, {"property": "Colour", "filter": BLUE}), False),
        (bought(2, "count", {"property": "Colour"}), True),
    ],
)
def test_events_count_whose_properties_are_as_the_metric_filters_ask(condition: dict[str, Any], inside: bool) -> None:
    assert list(DEFINITION(definition(condition), "")) == []
    assert takes_in(definition(condition), SNOW, NOW) is inside


IS_SET = {"type": "existence", "operator": "is-set"}
NOT_SET = {"type": "existence", "operator": "not-set"}


@pytest.mark.parametrize(
    ("asked", "inside"),
    [
        ({"field": "status_date", "filter": recent(7)}, True),
        ({"field": "status_date", "filter": recent(1)}, False),
        ({"field": "custom_source", "filter": {"type": "string", "operator": "contains", "value": "Graz"}}, True),
        ({"field": "is_double_opt_in", "filter": {"type": "boolean", "operator": "equals", "value": True}}, True),
        ({"field": "is_double_opt_in", "filter": {"type": "boolean", "operator": "equals", "value": False}}, False),
        ({"field": "bounce_date", "filter": IS_SET}, True),
        ({"field": "bounce_date", "filter": recent(1)}, False),
        ({"field": "invalid_email_date", "filter": IS_SET}, False),
        ({"field": "invalid_email_date", "filter": NOT_SET}, True),
        ({"field": "method", "method": "form"}, True),
        ({"field": "method", "method": "checkout"}, False),
        (
            {
                "field": "method",
                "method": "form",
                "filter": {"type": "string", "operator": "in", "value": ["FoRm02"]},
            },
            False,
        ),
    ],
)
def test_a_consent_counts_that_came_about_as_asked(asked: dict[str, Any], inside: bool) -> None:
    consent = {
        "channel": "email",
        "can_receive_marketing": False,
        "consent_status": {"subscription": "unsubscribed", "filters": [asked]},
    }
    condition = {"type": "profile-marketing-consent", "consent": consent}
    assert list(DEFINITION(definition(condition), "")) == []
    assert takes_in(definition(condition), SNOW, NOW) is inside


def away(operator: str, value: float, code: str = "1070", unit: str = "kilometers") -> dict[str, Any]:
    """From a town: Graz is 145 km from Vienna's 1070."""
    limit = {"type": "numeric", "operator": operator, "value": value}
    return {**KINDS[5], "postal_code": code, "unit": unit, "filter": limit}


@pytest.mark.parametrize(
    ("condition", "inside"),
    [
        (away("less-than", 150), True),
        (away("less-than", 140), False),
        (away("greater-than", 140), True),
        (away("less-than", 95, unit="miles"), True),
        (away("less-than", 85, unit="miles"), False),
        (away("less-than", 9999, code="0000"), False),
    ],
)
def test_a_distance_is_measured_from_a_town_that_is_known(condition: dict[str, Any], inside: bool) -> None:
    assert takes_in(definition(condition), ANN, NOW) is inside


def test_who_lives_nowhere_is_far_from_nothing() -> None:
    nobody = Known(Thing("profile", "x", {"email": "x@example.com", "location": {"latitude": None}}), {})
    assert not takes_in(definition(away("greater-than", 1)), nobody, NOW)


def visitor(**days_ago: list[float]) -> Known:
    """Somebody whose events of each metric were so many days ago."""
    activity = {metric: [[NOW.timestamp() - one * DAY, 0.0] for one in ages] for metric, ages in days_ago.items()}
    return Known(Thing("profile", "visitor", {"email": "v@example.com"}, hidden={"activity": activity}), {})


def funnel(*steps: str, window: str | None = None) -> dict[str, Any]:
    """Steps by metric, in the last 30 days; "-" before one that must not follow."""
    asked = [{"metric_exists": not one.startswith("-"), "metric_id": one.lstrip("-")} for one in steps]
    more = {"completion_window_seconds": window} if window else {}
    return {"type": "profile-metric-funnel", "timeframe_filter": recent(30), "steps": asked, **more}


@pytest.mark.parametrize(
    ("condition", "person", "inside"),
    [
        (funnel("Viewed", "Bought"), visitor(Viewed=[9], Bought=[8]), True),
        (funnel("Viewed", "Bought"), visitor(Viewed=[8], Bought=[9]), False),
        (funnel("Viewed", "Bought"), visitor(Viewed=[40], Bought=[8]), False),
        (funnel("Viewed", "Carted", "Bought"), visitor(Viewed=[9], Bought=[8], Carted=[7]), False),
        (funnel("Viewed", "Carted", "Bought"), visitor(Viewed=[9], Carted=[8.5], Bought=[8]), True),
        (funnel("Viewed", "-Bought"), visitor(Viewed=[9]), True),
        (funnel("Viewed", "-Bought"), visitor(Viewed=[9], Bought=[8]), False),
        (funnel("Viewed", "Bought", window="DAYS_1"), visitor(Viewed=[9], Bought=[7]), False),
        (funnel("Viewed", "Bought", window="DAYS_1"), visitor(Viewed=[9, 7.5], Bought=[7]), True),
        (funnel("Viewed", "-Bought", window="DAYS_1"), visitor(Viewed=[9], Bought=[7]), True),
        (funnel("-Viewed"), visitor(Bought=[1]), True),
        (funnel("-Viewed"), visitor(Viewed=[1]), False),
    ],
)
def test_a_funnel_takes_in_who_went_through_its_steps(condition: dict[str, Any], person: Known, inside: bool) -> None:
    assert list(DEFINITION(definition(condition), "")) == []
    assert takes_in(definition(condition), person, NOW) is inside
