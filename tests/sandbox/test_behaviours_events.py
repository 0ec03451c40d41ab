"""Events in the sandbox: those of the demo, and those that are recorded."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import quote, urlsplit

import pytest

from tests.sandbox.calls import error, make_profile, names
from tests.sandbox.shop import Shop
from tests.sandbox_server import World


def event(metric: str = "Booked workshop", email: str = "anna@example.com", **more: Any) -> dict[str, Any]:
    attributes = {
        "properties": {"Place": "Berlin"},
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": {"email": email}}},
        **more,
    }
    return {"data": {"type": "event", "attributes": attributes}}


def record(world: World, **more: Any) -> None:
    answer = world.ask("POST", "events", event(**more))
    assert (answer.status_code, answer.content) == (202, b"")


def events(world: World, condition: str = "", more: str = "") -> list[dict[str, Any]]:
    asked = f"filter={quote(condition)}&" if condition else ""
    return list(world.call("GET", f"events?{asked}{more}")["data"])


def metric_id(world: World, name: str) -> str:
    return str(next(one["id"] for one in world.call("GET", "metrics")["data"] if one["attributes"]["name"] == name))


def test_a_recorded_event_is_read_with_its_person_and_its_metric(world: World) -> None:
    record(world, value=12.5, value_currency="EUR", time="2026-01-02T03:04:05+01:00")
    found = world.call("GET", "events?include=profile,metric")
    one = found["data"][0]["attributes"]
    assert (one["datetime"], one["timestamp"]) == ("2026-01-02 02:04:05+00:00", 1767319445)
    properties = {name: value for name, value in one["event_properties"].items() if name != "$event_id"}
    assert properties == {"Place": "Berlin", "$value": 12.5, "$value_currency": "EUR"}
    included = {thing["type"]: thing["attributes"] for thing in found["included"]}
    assert (included["profile"]["email"], included["metric"]["name"]) == ("anna@example.com", "Booked workshop")
    whole = world.call("GET", f"events/{found['data'][0]['id']}")
    assert whole["data"]["attributes"] == one


@pytest.mark.parametrize("name", ["metric", "profile"])
def test_an_event_leads_to_its_metric_and_its_person(world: World, name: str) -> None:
    record(world)
    found = world.call("GET", f"events/{events(world)[0]['id']}/{name}")
    assert found["data"]["type"] == name


def test_an_event_of_a_known_person_changes_the_person_and_makes_no_other(world: World) -> None:
    anna = make_profile(world, "anna@example.com")
    record(world)
    assert [one["id"] for one in world.call("GET", "profiles")["data"]] == [anna]
    assert world.call("GET", f"profiles/{anna}")["data"]["attributes"]["last_event_date"] is not None


def test_a_metric_of_a_new_name_comes_with_its_first_event(world: World) -> None:
    record(world, metric="Mended a tent")
    assert "Mended a tent" in names(world.call("GET", "metrics"))


def test_the_same_unique_id_counts_once_for_a_person_and_a_metric(world: World) -> None:
    for email in ("anna@example.com", "anna@example.com", "bert@example.com"):
        record(world, email=email, unique_id="order-1")
    assert len(events(world)) == 2


def test_filters_and_sorts_pick_events(world: World) -> None:
    for day, email in (("01", "anna@example.com"), ("02", "bert@example.com"), ("03", "anna@example.com")):
        record(world, email=email, time=f"2026-03-{day}T00:00:00Z")
    record(world, metric="Submitted review", time="2026-03-04T00:00:00Z")
    anna = world.call("GET", "profiles?filter=" + quote('equals(email,"anna@example.com")'))["data"][0]["id"]

    def days(condition: str, more: str = "") -> list[str]:
        return [one["attributes"]["datetime"][8:10] for one in events(world, condition, more)]

    assert days(f'equals(profile_id,"{anna}")') == ["01", "03", "04"]
    assert days(f'equals(metric_id,"{metric_id(world, "Booked workshop")}")', "sort=-datetime") == ["03", "02", "01"]
    assert days("greater-or-equal(datetime,2026-03-02T00:00:00Z),less-than(datetime,2026-03-04T00:00:00Z)") == [
        "02",
        "03",
    ]
    assert days("greater-than(timestamp,1772496000)") == ["04"]


def test_pages_of_events_show_each_once(world: World) -> None:
    for second in range(7):
        record(world, time=f"2026-03-01T00:00:{second // 2:02d}Z", unique_id=str(second))
    met, where = [], "events?page%5Bsize%5D=3&sort=-datetime"
    while where:
        page = world.call("GET", where)
        met += [one["id"] for one in page["data"]]
        following = page["links"]["next"]
        where = f"events?{urlsplit(following).query}" if following else ""
    assert len(met) == len(set(met)) == 7


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"time": "1980-01-01T00:00:00Z"}, "/data/attributes/time"),
        ({"time": "2099-01-01T00:00:00Z"}, "/data/attributes/time"),
        ({"value": "twelve"}, "/data/attributes/value"),
        ({"properties": "none"}, "/data/attributes/properties"),
        ({"metric": ""}, "/data/attributes/metric/data/attributes/name"),
    ],
)
def test_what_is_wrong_with_an_event_is_pointed_at(world: World, more: dict[str, Any], pointer: str) -> None:
    answer = world.ask("POST", "events", event(**more))
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": pointer})
    assert events(world) == []


def test_an_event_without_an_identifier_is_refused(world: World) -> None:
    body = event()
    body["data"]["attributes"]["profile"]["data"]["attributes"] = {"first_name": "Anna"}
    assert world.ask("POST", "events", body).status_code == 400


def batch(people: int, each: int) -> dict[str, Any]:
    rows = []
    for person in range(people):
        one = event(email=f"p{person}@example.com")["data"]["attributes"]
        profile = one.pop("profile")
        data = [{"type": "event", "attributes": {**one, "unique_id": str(number)}} for number in range(each)]
        rows.append({"type": "event-bulk-create", "attributes": {"profile": profile, "events": {"data": data}}})
    attributes = {"events-bulk-create": {"data": rows}}
    return {"data": {"type": "event-bulk-create-job", "attributes": attributes}}


def test_many_events_of_many_people_come_at_once(world: World) -> None:
    assert world.ask("POST", "event-bulk-create-jobs", batch(3, 4)).status_code == 202
    assert (len(events(world)), len(world.call("GET", "profiles")["data"])) == (12, 3)


def test_a_batch_takes_a_thousand_events_and_no_more(world: World) -> None:
    assert world.ask("POST", "event-bulk-create-jobs", batch(1, 1001)).status_code == 400
    assert world.ask("POST", "event-bulk-create-jobs", batch(1, 1000)).status_code == 202


def test_a_segment_counts_the_events_that_were_recorded(shop: Shop) -> None:
    metric = shop.named("metric", "Booked workshop").id
    often = {
        "type": "profile-metric",
        "metric_id": metric,
        "measurement": "count",
        "measurement_filter": {"type": "numeric", "operator": "greater-than", "value": 1},
        "timeframe_filter": {"type": "date", "operator": "alltime"},
        "metric_filters": [],
    }
    definition = {"condition_groups": [{"conditions": [often]}]}
    segment = shop.do("create_segment", {"attributes": {"name": "Keen", "definition": definition}}).thing
    for unique in ("a", "b"):
        body = event(unique_id=unique)["data"]
        body["attributes"]["metric"]["data"]["attributes"]["service"] = "api"
        shop.do("create_event", body)
        inside = list(shop.things.linked("segment", segment.id, "profiles"))
        assert len(inside) == (1 if unique == "b" else 0)


def test_an_opened_mail_of_the_demo_names_the_campaign_that_went_out_before(shop: Shop) -> None:
    metric = shop.named("metric", "Opened Email").id
    sent = {one.attributes["name"]: one.attributes["send_time"] for one in shop.things.all("campaign")}
    opened = [one for one in shop.do("get_events").things if one.relationships["metric"] == metric]
    named = [one.attributes for one in opened if "Campaign Name" in one.attributes["event_properties"]]
    assert named
    for one in named:
        before = dt.datetime.fromisoformat(sent[one["event_properties"]["Campaign Name"]])
        assert before <= dt.datetime.fromisoformat(one["datetime"])


def test_an_event_that_is_not_there_is_404(world: World) -> None:
    assert world.ask("GET", "events/a-b-1").status_code == 404


@pytest.mark.parametrize("path", ["events/NOPE01", "flow-actions/NOPE01"])
def test_an_id_that_none_can_have_is_400_and_pointed_at(world: World, path: str) -> None:
    answer = world.ask("GET", path)
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": "/data/id"})


def test_events_of_a_metric_that_is_not_there_are_refused(world: World) -> None:
    answer = world.ask("GET", "events?filter=equals(metric_id,%22NOPE01%22)")
    assert (answer.status_code, error(answer)["source"]) == (400, {"parameter": "filter"})
    assert "NOPE01" in error(answer)["detail"]
