"""What a large account does after it has answered: segments fill and campaigns reach people, step by step."""

from __future__ import annotations

import datetime as dt
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from klaviyo_app.sandbox.behaviours import BEHAVIOURS, SETTINGS, deliveries, segment_people
from klaviyo_app.sandbox.behaviours.call import Call, Thing
from klaviyo_app.sandbox.behaviours.event_log import rows_of
from klaviyo_app.sandbox.behaviours.recipients import count_recipients, recipients
from klaviyo_app.sandbox.behaviours.segment_definitions import takes_in
from klaviyo_app.sandbox.behaviours.segment_people import Known
from klaviyo_app.sandbox.behaviours.segments import is_processing
from klaviyo_app.sandbox.data.large import Large, build_large
from klaviyo_app.sandbox.data.shops import FJELL
from klaviyo_app.sandbox.store import AccountThings, Store

NOW = dt.datetime(2026, 3, 5, 12, tzinfo=dt.UTC)
SIZE = Large(people=900, models=150, events=900, lists=20, segments=20, campaigns=250, templates=60, codes=100)
NORDIC = {
    "condition_groups": [
        {
            "conditions": [
                {
                    "type": "profile-property",
                    "property": "location.country",
                    "filter": {"type": "string", "operator": "in", "value": ["Norway", "Germany"]},
                }
            ]
        }
    ]
}


@pytest.fixture
def things(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AccountThings]:
    """A large account, smaller, whose steps are small too."""
    monkeypatch.setattr(segment_people, "AT_ONCE", 200)
    monkeypatch.setattr(deliveries, "AT_ONCE", 100)
    store = Store(tmp_path / "store.sqlite3")
    with store.loading(), store.writing():
        one = build_large(store, FJELL, "sandbox", NOW, SIZE)
    yield store.things("sandbox", one.id)
    store.close()


def asked(things: AccountThings, operation: str = "", data: Any = None, *, after: float = 0) -> Call:
    now = NOW + dt.timedelta(seconds=after)
    account = Thing("account", FJELL.account_id, FJELL.attributes())
    return Call(
        operation, things, account, now, "2026-07-15", SETTINGS, body={"data": data}, new_id=lambda kind: f"new-{kind}"
    )


def new_segment(things: AccountThings) -> tuple[Call, Thing]:
    call = asked(things, "create_segment", {"type": "segment", "attributes": {"name": "Nordic", "definition": NORDIC}})
    reply = BEHAVIOURS["create_segment"](call)
    assert reply.thing is not None
    return call, reply.thing


def belong(things: AccountThings) -> set[str]:
    return {one.id for one in things.all("profile") if takes_in(NORDIC, Known(one, {}), NOW)}


def inside(things: AccountThings, segment: Thing) -> set[str]:
    return set(things.linked("segment", segment.id, "profiles"))


def test_a_new_segment_is_answered_at_once_and_processes_until_all_were_looked_at(things: AccountThings) -> None:
    call, segment = new_segment(things)
    assert inside(things, segment) == set()
    (work,) = call.later
    looked = 0
    for step in work():
        looked += step
        kept = things.get("segment", segment.id)
        assert kept is not None
        assert is_processing(asked(things, after=3600), kept) is (step > 0)
    assert looked == things.count("profile")
    assert inside(things, segment) == belong(things) != set()


def test_a_segment_that_broke_off_is_filled_anew_when_the_server_starts(things: AccountThings) -> None:
    call, segment = new_segment(things)
    next(iter(call.later[0]()))  # one step, and then the server is gone
    assert inside(things, segment) < belong(things)
    (again,) = segment_people.unfinished(asked(things))
    deque(again(), maxlen=0)
    assert inside(things, segment) == belong(things)
    assert segment_people.unfinished(asked(things)) == []


def test_a_segment_that_is_gone_or_changed_meanwhile_is_filled_no_further(things: AccountThings) -> None:
    call, segment = new_segment(things)
    work = iter(call.later[0]())
    next(work)
    things.drop("segment", segment.id)
    assert list(work) == []
    assert inside(things, segment) == set()


def draft(things: AccountThings, channel: str, included: list[str], excluded: list[str]) -> Thing:
    audiences = {"included": included, "excluded": excluded}
    return Thing("campaign", "draft", {"audiences": audiences}, hidden={"channel": channel})


@pytest.mark.parametrize("channel", ["email", "sms"])
def test_who_gets_a_campaign_is_in_its_audience_and_may_be_written_to(things: AccountThings, channel: str) -> None:
    """Counted by the index as one by one."""
    lists = [one.id for one in things.all("list")][:3]
    segments = [one.id for one in things.all("segment")][:3]

    def people(*groups: str) -> set[str]:
        return {one for id_ in groups for kind in ("list", "segment") for one in things.linked(kind, id_, "profiles")}

    wanted = {
        one.id
        for one in things.some("profile", sorted(people(*lists[:2], segments[0]) - people(lists[2], segments[1])))
        if one.hidden["subscriptions"][channel]["marketing"][f"can_receive_{channel}_marketing"]
    }
    campaign = draft(things, channel, [*lists[:2], segments[0]], [lists[2], segments[1]])
    assert set(recipients(asked(things), campaign)) == wanted != set()
    assert count_recipients(asked(things), campaign) == len(wanted)
    assert count_recipients(asked(things), draft(things, channel, [], [])) == 0


def test_a_sent_campaign_reaches_its_people_step_by_step_and_each_once(things: AccountThings) -> None:
    """Broken off and begun anew: nobody twice, nobody left out."""
    group = next(iter(things.all("list")))
    campaign = next(one for one in things.all("campaign") if one.attributes["status"] == "Draft")
    campaign.attributes["audiences"] = {"included": [group.id], "excluded": []}
    campaign.hidden = {**campaign.hidden, "send": {"accepted": NOW.timestamp(), "starts": NOW.timestamp()}}
    campaign.hidden["send"] |= {"lasts": 1.0, "planned": False}
    things.put(campaign)
    call = asked(things, after=60)
    deliveries.deliver(call)
    deliveries.deliver(asked(things, after=60))  # a second reader does not begin it again
    (work,) = call.later
    next(iter(work()))
    (again,) = deliveries.unfinished(call)
    deque(again(), maxlen=0)
    got = [row.profile for one in things.all("profile") for row in rows_of(one) if _is_of(row.properties, campaign)]
    assert sorted(got) == sorted(recipients(call, campaign))
    assert len(got) > deliveries.AT_ONCE
    assert deliveries.unfinished(call) == []


def _is_of(properties: Any, campaign: Thing) -> bool:
    return bool(properties) and properties.get("Campaign Name") == campaign.attributes["name"]


@pytest.mark.parametrize("reason", ["HARD_BOUNCE", "UNSUBSCRIBE", "NONE_SUCH"])
def test_suppressed_people_are_found_without_reading_everybody(things: AccountThings, reason: str) -> None:
    field = "subscriptions.email.marketing.suppression.reason"
    rows = things.all("profile")
    statements: list[str] = []
    things.store.connection.set_trace_callback(statements.append)
    found, _ = rows.page([(field, "equals", reason)], "", None, 1000)
    things.store.connection.set_trace_callback(None)
    lists = ((one.id, one.hidden["subscriptions"]["email"]["marketing"]["suppression"]) for one in rows)
    assert [one.id for one in found] == [id_ for id_, known in lists if known and known[0]["reason"] == reason]
    plan = things.store.connection.execute(f"EXPLAIN QUERY PLAN {statements[0]}").fetchall()
    assert "profiles_suppressed" in str(plan)
