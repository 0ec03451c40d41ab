"""Segments in words: every kind of condition, and what is new to us."""

from __future__ import annotations

from typing import Any

import pytest

from klaviyo_app.resources.segments.words import Names, in_words, sentence
from klaviyo_app.sandbox.data.audiences import SEGMENTS

NAMES = Names(
    metrics={"OPENED": "Opened Email", "ORDER": "Placed Order", "BOOKED": "Booked workshop"},
    groups={"L1": "Newsletter"},
)
EVER = {"type": "date", "operator": "alltime"}


def metric(metric_id: str, operator: str, value: float, timeframe: dict[str, Any], **more: Any) -> dict[str, Any]:
    amount = {"type": "numeric", "operator": operator, "value": value}
    base = {"type": "profile-metric", "metric_id": metric_id, "measurement": "count"}
    return {**base, "measurement_filter": amount, "timeframe_filter": timeframe, **more}


def days(operator: str, quantity: int) -> dict[str, Any]:
    return {"type": "date", "operator": operator, "unit": "day", "quantity": quantity}


def with_property(name: str, **asked: Any) -> dict[str, Any]:
    return {"type": "profile-property", "property": name, "filter": asked}


def consent(channel: str, may: bool, subscription: str, **more: Any) -> dict[str, Any]:
    status = {"subscription": subscription, **more}
    asked = {"channel": channel, "can_receive_marketing": may, "consent_status": status}
    return {"type": "profile-marketing-consent", "consent": asked}


def predicted(dimension: str, **asked: Any) -> dict[str, Any]:
    return {"type": "profile-predictive-analytics", "dimension": dimension, "filter": asked}


CASES: list[tuple[dict[str, Any], str]] = [
    (
        metric("OPENED", "greater-than-or-equal", 3, days("in-the-last", 30)),
        "has opened e-mail at least 3 times in the last 30 days",
    ),
    (metric("OPENED", "equals", 0, EVER), "has never opened e-mail"),
    (metric("OPENED", "equals", 0, days("in-the-last", 180)), "has not opened e-mail in the last 180 days"),
    (metric("BOOKED", "greater-than-or-equal", 1, EVER), "has done “Booked workshop” at least once"),
    (
        metric("ORDER", "greater-than", 400, days("in-the-last", 365), measurement="sum"),
        "has placed an order for a total of more than 400 in the last 365 days",
    ),
    (
        metric(
            "ORDER",
            "equals",
            1,
            EVER,
            metric_filters=[
                {"property": "Items", "filter": {"type": "list", "operator": "contains-any", "value": ["Tent", "Rope"]}}
            ],
        ),
        "has placed an order (where Items contains any of “Tent”, “Rope”) exactly 1 time",
    ),
    ({"type": "profile-group-membership", "is_member": False, "group_ids": ["L1"]}, "is not in “Newsletter”"),
    (
        {
            "type": "profile-group-membership",
            "is_member": True,
            "group_ids": ["L1"],
            "timeframe_filter": days("in-the-last", 1),
        },
        "is in “Newsletter”, joined in the last 1 day",
    ),
    (
        with_property("properties['Loyalty points']", type="numeric", operator="greater-than", value=1500),
        "Loyalty points is more than 1,500",
    ),
    (
        with_property("location.country", type="string", operator="in", value=["Norway", "Sweden"]),
        "country is one of “Norway”, “Sweden”",
    ),
    (with_property("phone_number", type="existence", operator="not-set"), "phone number is not set"),
    (
        with_property("properties['Birthday']", type="date", operator="anniversary-month"),
        "Birthday is in this month of any year",
    ),
    (
        with_property("created", type="date", operator="before", date="2026-03-01T00:00:00Z"),
        "created is before 1 Mar 2026",
    ),
    (
        with_property("properties['Tags']", type="list", operator="length-greater-than", value=2),
        "Tags has more than 2 entries",
    ),
    (consent("email", True, "subscribed"), "can get marketing by e-mail, is subscribed"),
    (consent("sms", False, "any"), "cannot get marketing by SMS"),
    (
        consent("email", True, "subscribed", filters=[{"field": "status_date", "filter": days("in-the-last", 7)}]),
        "can get marketing by e-mail, is subscribed, status date is in the last 7 days",
    ),
    ({"type": "profile-region", "in_region": True, "region": "european_union"}, "is within the European Union"),
    (
        {
            "type": "profile-postal-code-distance",
            "country_code": "DE",
            "postal_code": "10115",
            "unit": "kilometers",
            "filter": {"type": "numeric", "operator": "less-than", "value": 50},
        },
        "lives less than 50 kilometres from 10115 (DE)",
    ),
    (
        predicted("churn_probability", type="numeric", operator="greater-than", value=0.8),
        "predicted risk of leaving is more than 0.8",
    ),
    (
        predicted("predicted_gender", type="string", operator="equals", value="likely_female"),
        "predicted gender is probably female",
    ),
]


@pytest.mark.parametrize(("condition", "words"), CASES, ids=[words for _, words in CASES])
def test_a_condition_is_said_in_words(condition: dict[str, Any], words: str) -> None:
    assert sentence(condition, NAMES) == words


@pytest.mark.parametrize(("name", "definition"), SEGMENTS, ids=[name for name, _ in SEGMENTS])
def test_no_condition_of_the_demo_shop_is_left_as_json(name: str, definition: dict[str, Any]) -> None:
    assert not [words for group in in_words(definition, Names()) for words in group if "{" in words]


@pytest.mark.parametrize(
    "condition",
    [
        {"type": "profile-permissions", "permission": {"kind": "new"}, "channel": "whatsapp_marketing"},
        {"type": "profile-region", "in_region": True},
        {
            "type": "profile-property",
            "property": "x",
            "filter": {"type": "string", "operator": "sounds-like", "value": "y"},
        },
        "not even an object",
    ],
)
def test_a_condition_that_is_new_is_shown_whole(condition: Any) -> None:
    import json

    assert json.loads(sentence(condition, NAMES)) == condition


def test_a_member_that_is_new_is_shown_beside_the_words() -> None:
    condition = {"type": "profile-region", "in_region": True, "region": "united_states", "certainty": "high"}
    assert sentence(condition, NAMES) == 'is within the United States {"certainty": "high"}'


def test_groups_and_their_conditions_keep_their_order() -> None:
    region = {"type": "profile-region", "in_region": True, "region": "european_union"}
    other = {**region, "in_region": False}
    definition = {"condition_groups": [{"conditions": [region, other]}, {"conditions": [other]}]}
    assert in_words(definition, NAMES) == [
        ["is within the European Union", "is not within the European Union"],
        ["is not within the European Union"],
    ]


def test_a_metric_that_nobody_knows_is_named_by_its_id() -> None:
    assert sentence(metric("Abc123", "equals", 2, EVER), NAMES) == "has done “Abc123” exactly 2 times"
