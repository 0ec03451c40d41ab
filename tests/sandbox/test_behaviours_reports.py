"""Reports in the sandbox add up with its events."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klaviyo_app.sandbox.behaviours.message_statistics import STATISTICS
from klaviyo_app.sandbox.behaviours.recipients import count_recipients
from klaviyo_app.sandbox.behaviours.report_frames import KEYS, Frame, frame_of
from tests.sandbox.shop import NOW, Shop
from tests.sandbox_server import World

DAYS = st.integers(min_value=1, max_value=360)
ALL = tuple(STATISTICS)
# The statistic that an event of a metric counts for: said here once more, so that the code's own list is tested too.
COUNTS = {
    "Received Email": "recipients",
    "Received SMS": "recipients",
    "Opened Email": "opens",
    "Clicked Email": "clicks",
    "Clicked SMS": "clicks",
    "Bounced Email": "bounced",
    "Marked Email as Spam": "spam_complaints",
    "Unsubscribed from Email Marketing": "unsubscribes",
    "Placed Order": "conversions",
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("reports"))


def report(shop: Shop, operation: str, **more: Any) -> list[dict[str, Any]]:
    attributes = {"statistics": list(ALL), "timeframe": {"key": "last_365_days"}, **more}
    thing = shop.do(operation, {"attributes": attributes}).thing
    assert thing is not None
    return list(thing.attributes["results"])


def campaigns(shop: Shop, **more: Any) -> list[dict[str, Any]]:
    metric = shop.named("metric", "Placed Order").id
    return report(shop, "query_campaign_values", conversion_metric_id=metric, **more)


def events(shop: Shop) -> list[tuple[str, dict[str, Any]]]:
    """(what counts, its properties) of all events that belong to a message."""
    names = {one.id: one.attributes["name"] for one in shop.things.all("metric")}
    names = {id_: COUNTS.get(name, "") for id_, name in names.items()}
    found = []
    for one in shop.do("get_events").things or ():
        known = one.attributes["event_properties"]
        name = names[str(one.relationships["metric"])]
        message = known.get("$attributed_message" if name == "conversions" else "$message")
        if name and message:
            found.append((name, {**known, "message": message, "profile": one.relationships["profile"]}))
    return found


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=DAYS, length=DAYS)
def test_every_campaign_counts_its_events_whatever_the_time(demo: Shop, first: int, length: int) -> None:
    begin = NOW - dt.timedelta(days=first)
    end = begin + dt.timedelta(days=min(length, 360))
    asked = {"start": begin.isoformat(), "end": end.isoformat()}
    frame = frame_of(demo.call(""), asked)
    sent = {
        message: dt.datetime.fromisoformat(one.attributes["send_time"]).timestamp()
        for one in demo.things.all("campaign")
        if one.attributes["send_time"]
        for message in demo.things.linked("campaign", one.id, "campaign-messages")
    }
    inside = [(name, one) for name, one in events(demo) if frame.holds(sent[one["message"]])]
    counts = Counter((one["message"], name) for name, one in inside)
    readers = {(one["message"], one["profile"]) for name, one in inside if name == "opens"}
    found = {one["groupings"]["campaign_message_id"]: one["statistics"] for one in campaigns(demo, timeframe=asked)}
    assert found.keys() == {message for message, _ in counts}
    for message, told in found.items():
        for name in ("recipients", "opens", "clicks", "bounced", "unsubscribes", "spam_complaints", "conversions"):
            assert told[name] == counts[message, name]
        assert told["opens_unique"] == sum(one == message for one, _ in readers)
        worth = sum(one["$value"] for name, one in inside if name == "conversions" and one["message"] == message)
        assert told["conversion_value"] == pytest.approx(worth)


def test_nobody_opens_what_they_did_not_receive(demo: Shop) -> None:
    found = events(demo)
    received = {(one["message"], one["profile"]) for name, one in found if name == "recipients"}
    others = {(one["message"], one["profile"]) for name, one in found if name != "recipients"}
    assert others <= received
    assert len(received) == sum(name == "recipients" for name, _ in found)


def test_a_campaign_that_is_sent_here_is_received_once_by_its_recipients(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    campaign = shop.draft()
    shop.send(campaign)
    assert campaign not in [one["groupings"]["campaign_id"] for one in campaigns(shop)]
    shop.later(5)
    wanted = count_recipients(shop.call(""), shop.things.get("campaign", campaign))
    for _ in range(2):
        (told,) = (one["statistics"] for one in campaigns(shop) if one["groupings"]["campaign_id"] == campaign)
        assert (told["recipients"], told["opens"]) == (wanted, 0)
        message = shop.message(campaign)
        assert sum(one["message"] == message for name, one in events(shop) if name == "recipients") == wanted


def test_rates_are_fractions_that_follow_from_the_counts(demo: Shop) -> None:
    found = [one["statistics"] for one in campaigns(demo)]
    assert found
    for one in found:
        assert one["delivered"] == one["recipients"] - one["bounced"]
        assert one["open_rate"] == pytest.approx(one["opens_unique"] / one["delivered"], abs=1e-6)
        assert one["revenue_per_recipient"] == pytest.approx(one["conversion_value"] / one["recipients"], abs=1e-4)
        assert all(0 <= value <= 1 for name, value in one.items() if name.endswith("_rate"))


def test_the_demo_has_campaigns_that_were_opened_clicked_and_bought_from(demo: Shop) -> None:
    found = [one["statistics"] for one in campaigns(demo)]
    assert all(sum(one[name] for one in found) > 0 for name in ("opens", "clicks", "conversions"))


def test_the_newest_campaign_comes_first_under_its_ids(demo: Shop) -> None:
    found = campaigns(demo)
    groupings = [one["groupings"] for one in found]
    assert all(one.keys() == {"campaign_id", "campaign_message_id", "send_channel"} for one in groupings)
    times = [demo.things.get("campaign", one["campaign_id"]).attributes["send_time"] for one in groupings]
    assert times == sorted(times, reverse=True)


def test_a_filter_and_groups_pick_and_split(demo: Shop) -> None:
    first, second = (one["groupings"]["campaign_id"] for one in campaigns(demo)[:2])
    found = campaigns(demo, filter=f'contains-any(campaign_id,["{first}","{second}"])')
    assert [one["groupings"]["campaign_id"] for one in found] == [first, second]
    assert campaigns(demo, filter="equals(send_channel,'whatsapp')") == []
    groups = ["campaign_id", "campaign_message_id", "campaign_message_name", "tag_name"]
    (found_one,) = campaigns(demo, filter=f'equals(campaign_id,"{first}")', group_by=groups)
    assert found_one["groupings"]["campaign_message_name"] == demo.things.get("campaign", first).attributes["name"]
    assert found_one["groupings"]["tag_name"] in ("weekly", "sale")


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ({"statistics": ["likes"]}, "statistics/0"),
        ({"statistics": []}, "statistics"),
        ({"timeframe": {"key": "last_5_days"}}, "timeframe/key"),
        ({"timeframe": {"start": "2024-01-01", "end": "2026-01-01"}}, "timeframe"),
        ({"timeframe": {"start": "2026-01-02", "end": "2026-01-01"}}, "timeframe"),
        ({"filter": "equals(colour,'red')"}, "filter"),
        ({"filter": "any(campaign_id,['a'])"}, "filter"),
        ({"filter": "and(equals(campaign_id,'a'),equals(campaign_id,'b'))"}, "filter"),
        ({"filter": "equals(send_channel,'pigeon')"}, "filter"),
        ({"group_by": ["campaign_id"]}, "group_by"),
        ({"group_by": ["flow_id"]}, "group_by/0"),
    ],
)
def test_what_is_wrong_with_a_report_is_pointed_at(demo: Shop, more: dict[str, Any], name: str) -> None:
    metric = demo.named("metric", "Placed Order").id
    attributes = {"statistics": ["opens"], "timeframe": {"key": "today"}, "conversion_metric_id": metric, **more}
    refused = demo.refused("query_campaign_values", {"attributes": attributes})
    assert (refused.status, refused.errors[0][1]) == (400, {"pointer": f"/data/attributes/{name}"})


def test_a_conversion_metric_that_is_not_there_is_404(demo: Shop) -> None:
    attributes = {"statistics": ["opens"], "timeframe": {"key": "today"}, "conversion_metric_id": "Nothing"}
    assert demo.refused("query_campaign_values", {"attributes": attributes}).status == 404


def test_older_revisions_cannot_group_and_know_no_text_messages(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    shop.revision = "2025-01-15"
    metric = shop.named("metric", "Placed Order").id
    for more in ({"group_by": ["campaign_id", "campaign_message_id"]}, {"statistics": ["text_message_spend"]}):
        asked = {"statistics": ["opens"], "timeframe": {"key": "today"}, "conversion_metric_id": metric, **more}
        assert shop.refused("query_campaign_values", {"attributes": asked}).status == 400


@pytest.mark.parametrize("key", KEYS)
def test_every_key_is_a_time_of_at_most_a_year_in_the_accounts_zone(demo: Shop, key: str) -> None:
    frame = frame_of(demo.call(""), {"key": key})
    assert isinstance(frame, Frame)
    assert frame.since < frame.until <= NOW
    assert frame.until - frame.since <= dt.timedelta(days=367)
    assert frame.since.utcoffset() == dt.timedelta(hours=2 if 3 < frame.since.month < 11 else 1)
    assert (frame.since.hour, frame.since.minute) == (0, 0)


@pytest.mark.parametrize(
    ("key", "interval"), [("last_7_days", "hourly"), ("last_30_days", "daily"), ("this_year", "weekly")]
)
def test_a_segments_series_ends_with_its_members(demo: Shop, key: str, interval: str) -> None:
    asked = {"statistics": ["total_members", "members_added", "net_members_changed"], "timeframe": {"key": key}}
    values = report(demo, "query_segment_values", **asked)
    series = report(demo, "query_segment_series", interval=interval, **asked)
    for whole, parts in zip(values, series, strict=True):
        members = demo.things.linked("segment", whole["groupings"]["segment_id"], "profiles")
        assert whole["statistics"]["total_members"] == parts["statistics"]["total_members"][-1] == len(members)
        assert whole["statistics"]["members_added"] == sum(parts["statistics"]["members_added"])
    times = demo.do("query_segment_series", {"attributes": {**asked, "interval": interval}}).thing
    assert len(times.attributes["date_times"]) == len(series[0]["statistics"]["total_members"])


def test_a_series_too_long_for_its_interval_and_segments_before_2023_are_refused(demo: Shop) -> None:
    asked = {"statistics": ["total_members"], "timeframe": {"key": "last_90_days"}, "interval": "daily"}
    assert demo.refused("query_segment_series", {"attributes": asked}).status == 400
    asked["timeframe"] = {"start": "2023-01-01T00:00:00", "end": "2023-07-01T00:00:00"}
    assert demo.refused("query_segment_values", {"attributes": {**asked}}).status == 400


@pytest.mark.parametrize(("revision", "links"), [("2026-07-15", {"self", "next", "prev"}), ("2025-01-15", None)])
def test_a_report_has_links_since_2026_07_15(world: World, revision: str, links: set[str] | None) -> None:
    metric = world.call("GET", "metrics")["data"][0]["id"]
    asked = {"statistics": ["opens"], "timeframe": {"key": "last_7_days"}, "conversion_metric_id": metric}
    body = {"data": {"type": "campaign-values-report", "attributes": asked}}
    answer = world.ask("POST", "campaign-values-reports", body, headers={"revision": revision}).json()
    assert (set(answer["links"]) if "links" in answer else None, "links" in answer["data"]) == (links, False)


def test_reports_have_the_tightest_windows_of_all(sandbox: Any) -> None:
    world = sandbox.world("demo", limits=True)
    metric = world.call("GET", "metrics")["data"][0]["id"]
    attributes = {"statistics": ["opens"], "timeframe": {"key": "today"}, "conversion_metric_id": metric}
    answers = [
        world.ask(
            "POST", "campaign-values-reports", {"data": {"type": "campaign-values-report", "attributes": attributes}}
        )
        for _ in range(2)
    ]
    assert answers[0].headers["RateLimit-Limit"].endswith("1;w=1, 2;w=60, 225;w=86400")
    assert answers[1].status_code == 429
