"""Events over HTTP against the sandbox: found, looked at, recorded once."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from dashboard.audit.models import Entry
from klaviyo_app.accounts.models import Account, MatonKey
from klaviyo_app.mirror.sync import mirrored, read_kind
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


def record(world: World, metric: str, email: str, at: str = "2026-08-01T12:00:00Z", **properties: Any) -> None:
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": {"email": email}}},
        "properties": properties,
        "time": at,
    }
    world.call("POST", "events", {"data": {"type": "event", "attributes": attributes}})


@pytest.fixture
def happened(world: World, account: Any, read: Any) -> World:
    record(world, "Visited Store", "ada@example.com", Shop="Bergen", Basket=[{"Item": "Tent", "Pieces": 2}])
    record(world, "Joined Club", "ben@example.com", "2026-09-01T12:00:00Z")
    read("metric")
    return world


def events(world: World) -> list[dict[str, Any]]:
    return list(world.call("GET", "events?sort=-datetime")["data"])


def rows(page: Any) -> str:
    assert page.status_code == 200
    return str(page.content.decode()).partition("<tbody>")[2]


def metric_id(world: World, name: str) -> str:
    return next(one["id"] for one in world.call("GET", "metrics")["data"] if one["attributes"]["name"] == name)


def test_the_newest_events_stand_first_with_metric_and_person(happened: World, browse: Any) -> None:
    found = rows(browse("events/"))
    assert found.index("Joined Club") < found.index("Visited Store")
    assert "ada@example.com" in found


def test_events_are_narrowed_by_metric_person_and_time(happened: World, browse: Any) -> None:
    for query in (
        f"metric={metric_id(happened, 'Joined Club')}",
        "person=BEN@example.com",
        "since=2026-08-15T00:00",
    ):
        found = rows(browse(f"events/?{query}"))
        assert "Joined Club" in found
        assert "Visited Store" not in found, query
    assert "Visited Store" in rows(browse("events/?until=2026-08-15T00:00"))


def test_a_person_whom_klaviyo_does_not_know_is_said_at_the_field(happened: World, browse: Any) -> None:
    before = happened.count("get_events")
    page = browse("events/?person=nobody@example.com").content.decode()
    assert "Klaviyo knows nobody with it" in page
    assert 'value="nobody@example.com"' in page
    assert happened.count("get_events") == before


def test_a_range_that_ends_before_it_begins_costs_no_call(happened: World, browse: Any) -> None:
    before = happened.count("get_events")
    page = browse("events/?since=2026-09-01T00:00&until=2026-08-01T00:00").content.decode()
    assert "This must be after" in page
    assert happened.count("get_events") == before


def test_an_event_shows_all_its_properties_and_leads_to_the_person(happened: World, browse: Any) -> None:
    visited = next(one for one in events(happened) if "Shop" in one["attributes"]["event_properties"])
    page = browse(f"events/{visited['id']}/").content.decode()
    for word in ("Visited Store", "Bergen", "Tent", "Pieces", "ada@example.com"):
        assert word in page
    assert re.search(r'href="/a/\d+/profiles/\w+/"', page)


def test_what_somebody_wrote_into_a_property_is_only_text(happened: World, browse: Any) -> None:
    bad = "<script>alert(1)</script>"
    record(happened, "Visited Store", "eve@example.com", "2026-10-01T12:00:00Z", **{bad: {bad: [bad]}})
    assert bad not in browse(f"events/{events(happened)[0]['id']}/").content.decode()


def test_an_event_that_is_gone_is_said(account: Any, browse: Any) -> None:
    assert browse("events/NOTHING-AB-0/").status_code == 404


FORM = {"metric": "Visited Store", "email": "cleo@example.com", "unique_id": "u-1", "time": "2026-08-02T10:00"}
SURE = {"sure": "1"}


def test_before_an_event_is_recorded_a_person_is_asked_and_may_change_it(
    world: World, account: Any, browse: Any
) -> None:
    typed = {**FORM, "properties": '{"Shop": "<b>Oslo"}', "value": "5"}
    page = browse("events/new/", typed).content.decode()
    assert "1 event of 1 person: Visited Store" in page
    assert "may send" in page
    assert "&lt;b&gt;Oslo" in page
    assert world.count("create_event") == 0
    again = browse("events/new/", {**typed, "change": "1"}).content.decode()
    assert "Look at it first" in again
    assert 'value="cleo@example.com"' in again
    assert world.count("create_event") == 0


def test_the_question_names_the_live_flows_that_the_event_starts(
    sandbox: Any, team: Any, settings: Any, client_of: Any, bob: Any
) -> None:
    settings.MATON_GATEWAY_URL = settings.MATON_CONTROL_URL = sandbox.url
    world = sandbox.world("demo")
    with scopes_disabled():
        MatonKey.objects.create(team=team, key=world.key, last_four=world.key[-4:], proved_at=timezone.now())
        shop = Account.objects.create(
            team=team, klaviyo_id=world.account_id, name=world.name, connection_id=world.connection_id
        )
        read_kind(shop, mirrored()["metric"])
        started = _live_flows(world)
        metric, flow = next(iter(started.items()))
        page = client_of(bob).post(f"/a/{shop.pk}/events/new/", {**FORM, "metric": metric}).content.decode()
        assert f"may send to these people at once: {flow}" in html.unescape(page)
        page = client_of(bob).post(f"/a/{shop.pk}/events/new/", {**FORM, "metric": "Misspellt"}).content.decode()
        assert "Klaviyo makes a new metric: Misspellt" in page


def _live_flows(world: World) -> dict[str, str]:
    """Metric -> the live flows that it starts, by name."""
    found = {}
    for metric in world.call("GET", "metrics")["data"]:
        included = world.call("GET", f"metrics/{metric['id']}?include=flow-triggers").get("included") or []
        names = sorted(one["attributes"]["name"] for one in included if one["attributes"]["status"] == "live")
        if names:
            found[metric["attributes"]["name"]] = ", ".join(names)
    return found


def test_an_event_is_recorded_with_value_time_and_properties(world: World, account: Any, browse: Any) -> None:
    typed = {**FORM, "value": "49.90", "currency": "eur", "properties": '{"Shop": "Oslo"}'}
    assert browse("events/new/", {**typed, **SURE}).status_code == 303
    (found,) = events(world)
    properties = found["attributes"]["event_properties"]
    assert (properties["Shop"], properties["$value"], properties["$value_currency"]) == ("Oslo", 49.9, "EUR")
    entry = Entry.objects.get(action="event.created")
    assert (entry.target, "cleo" in str(entry.after)) == ("Visited Store", False)


def test_the_same_form_sent_again_counts_once(world: World, account: Any, browse: Any) -> None:
    for _again in range(2):
        assert browse("events/new/", {**FORM, **SURE}).status_code == 303
    assert len(events(world)) == 1


def test_after_a_lost_answer_the_form_comes_back_with_the_same_unique_id(
    world: World, account: Any, browse: Any
) -> None:
    world.fault("create_event", "reset-after")
    page = browse("events/new/", {**FORM, **SURE, "properties": '{"kept": "yes"}'})
    assert 'value="u-1"' in page.content.decode()
    assert "kept" in page.content.decode()
    assert browse("events/new/", {**FORM, **SURE}).status_code == 303
    assert len(events(world)) == 1


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"email": ""}, "Give an e-mail address"),
        ({"metric": ""}, "This field is required"),
        ({"currency": "euro"}, "Three letters"),
        ({"properties": "{"}, "This is not JSON"),
        ({"phone_number": "0151"}, "Write the country code first"),
    ],
)
def test_what_cannot_be_right_is_said_before_klaviyo_is_asked(
    world: World, account: Any, browse: Any, change: dict[str, str], words: str
) -> None:
    page = browse("events/new/", {**FORM, **change})
    assert page.status_code == 422
    assert words in page.content.decode()
    assert world.count("create_event") == 0


def test_a_profile_shows_its_events_page_by_page(happened: World, browse: Any) -> None:
    for day in range(1, 26):
        record(happened, "Joined Club", "ada@example.com", f"2026-10-{day:02}T00:00:00Z")
    ada = happened.call("GET", 'profiles?filter=equals(email,"ada@example.com")')["data"][0]["id"]
    first = browse(f"profiles/{ada}/events/", htmx=True).content.decode()
    assert "Joined Club" in first
    assert "Visited Store" not in first
    older = re.search(r'hx-get="([^"]+)"', first)
    assert older
    assert "Visited Store" in browse(older[1].replace("&amp;", "&"), htmx=True).content.decode()


def test_a_gateway_in_trouble_is_said_where_the_events_would_stand(happened: World, browse: Any) -> None:
    happened.fault("get_events", "503", times=9)
    page = browse("events/")
    assert page.status_code == 502
    assert "has trouble answering" in page.content.decode()
