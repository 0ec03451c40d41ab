"""Metric aggregates in the sandbox add up with its events."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.calls import error
from tests.sandbox.shop import Shop
from tests.sandbox.test_behaviours_events import metric_id, record
from tests.sandbox_server import World

MARCH = ["greater-or-equal(datetime,2026-03-01T00:00:00)", "less-than(datetime,2026-03-04T00:00:00)"]


def query(metric: str, **more: Any) -> dict[str, Any]:
    attributes = {"metric_id": metric, "measurements": ["count"], "filter": MARCH, **more}
    return {"data": {"type": "metric-aggregate", "attributes": attributes}}


def aggregate(world: World, **more: Any) -> dict[str, Any]:
    asked = query(metric_id(world, "Booked workshop"), **more)
    return dict(world.call("POST", "metric-aggregates", asked)["data"]["attributes"])


@pytest.fixture
def booked(world: World) -> World:
    """Two bookings of Anna's on the first, one of hers and one of Bert's on the third, late in the evening."""
    for day, email, value in (("01", "anna", 10), ("01", "anna", 5), ("03", "anna", 1), ("03", "bert", 2.5)):
        record(
            world,
            email=f"{email}@example.com",
            value=value,
            time=f"2026-03-{day}T23:30:00Z",
            unique_id=f"{day} {value}",
            properties={"Method": email},
        )
    return world


def test_each_day_has_its_measurements(booked: World) -> None:
    found = aggregate(booked, measurements=["count", "sum_value", "unique"])
    assert found["dates"] == [f"2026-03-0{day}T00:00:00+00:00" for day in (1, 2, 3)]
    measurements = {"count": [2, 0, 2], "sum_value": [15, 0, 3.5], "unique": [1, 0, 2]}
    assert found["data"] == [{"dimensions": [], "measurements": measurements}]


def test_days_are_those_of_the_zone_that_is_asked_for(booked: World) -> None:
    found = aggregate(booked, timezone="Europe/Berlin")
    assert found["dates"][0] == "2026-02-28T23:00:00+00:00"
    assert found["data"][0]["measurements"]["count"] == [0, 2, 0]


@pytest.mark.parametrize(("interval", "count"), [("hour", 72), ("day", 3), ("week", 2), ("month", 1)])
def test_every_interval_counts_the_same_events(booked: World, interval: str, count: int) -> None:
    found = aggregate(booked, interval=interval)
    assert (len(found["dates"]), sum(found["data"][0]["measurements"]["count"])) == (count, 4)


def test_groups_have_a_row_each_and_a_filter_picks_one(booked: World) -> None:
    found = aggregate(booked, by=["Method"], interval="month")["data"]
    assert [(one["dimensions"], one["measurements"]["count"]) for one in found] == [(["anna"], [3]), (["bert"], [1])]
    found = aggregate(booked, by=["Method"], interval="month", filter=[*MARCH, 'equals(Method,"bert")'])["data"]
    assert [one["dimensions"] for one in found] == [["bert"]]


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"filter": MARCH[:1]}, "filter"),
        ({"filter": [MARCH[0], "less-than(datetime,2028-01-01T00:00:00)"]}, "filter"),
        ({"filter": ["nonsense"]}, "filter"),
        ({"by": ["Colour"]}, "by/0"),
        ({"measurements": ["mean"]}, "measurements/0"),
        ({"timezone": "europe/berlin"}, "timezone"),
        ({"interval": "year"}, "interval"),
        ({"page_size": 100}, "page_size"),
        ({"sort": "-count"}, "sort"),
    ],
)
def test_what_is_wrong_with_a_query_is_pointed_at(world: World, more: dict[str, Any], name: str) -> None:
    answer = world.ask("POST", "metric-aggregates", query(metric_id(world, "Booked workshop"), **more))
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": f"/data/attributes/{name}"})


def test_a_sort_of_groups_fails_as_klaviyos_does(world: World) -> None:
    body = query(metric_id(world, "Booked workshop"), sort="count", by=["Method"])
    answer = world.ask("POST", "metric-aggregates", body)
    assert (answer.status_code, error(answer)["code"]) == (500, "error")


def test_the_answer_has_the_links_of_a_page_and_an_address_without_an_id(booked: World) -> None:
    answer = booked.call("POST", "metric-aggregates", query(metric_id(booked, "Booked workshop")))
    where = "https://a.klaviyo.com/api/metric-aggregates"
    assert answer["links"] == {"self": where, "next": None, "prev": None}
    assert (answer["data"]["links"], answer["data"]["id"].isdecimal()) == ({"self": f"{where}/"}, True)


def test_a_metric_that_is_not_there_is_404(world: World) -> None:
    assert world.ask("POST", "metric-aggregates", query("Nothing")).status_code == 404


def test_the_orders_of_the_demo_add_up_with_the_events(shop: Shop) -> None:
    metric = shop.named("metric", "Placed Order").id
    between = ["greater-or-equal(datetime,2026-01-01T00:00:00)", "less-than(datetime,2026-12-01T00:00:00)"]
    asked = query(metric, measurements=["count", "sum_value"], filter=between, by=["$attributed_message"])
    rows = shop.do("query_metric_aggregates", asked["data"]).thing.attributes["data"]
    orders = [one for one in shop.do("get_events").things if one.relationships["metric"] == metric]
    ours = [one.attributes for one in orders if one.attributes["datetime"] >= "2026"]
    values = [one["event_properties"]["$value"] for one in ours]
    assert len(rows) > 1
    assert sum(sum(one["measurements"]["count"]) for one in rows) == len(ours)
    assert sum(sum(one["measurements"]["sum_value"]) for one in rows) == pytest.approx(sum(values))
