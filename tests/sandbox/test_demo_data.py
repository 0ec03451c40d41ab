"""The demo's data: the same everywhere, valid, and quick to make."""

from __future__ import annotations

import datetime as dt
import re
from collections import Counter
from functools import cache

import pytest

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.sandbox.behaviours import BEHAVIOURS
from klaviyo_app.sandbox.behaviours.segment_shapes import DEFINITION
from klaviyo_app.sandbox.behaviours.template_language import render
from klaviyo_app.sandbox.behaviours.template_tags import Surroundings
from klaviyo_app.sandbox.data import DEMO_KEY, build, worlds
from klaviyo_app.sandbox.data.world import World
from klaviyo_app.sandbox.store import Store
from tests.sandbox.shop import NOW

KNOWN = {
    "Adding Recipients", "Cancelled", "Cancelled: Account Disabled", "Cancelled: Billing Limit",
    "Cancelled: Internal Error", "Cancelled: Misconfigured", "Cancelled: No Recipients", "Cancelled: Smart Sending",
    "Draft", "Preparing to schedule", "Preparing to send", "Queued without Recipients", "Scheduled", "Sending",
    "Sending Segments", "Sent", "Unknown", "Variations Sent",
}  # fmt: skip


@cache
def demo() -> list[World]:
    return worlds("demo", DEMO_KEY, NOW)


def of(kind: str, number: int = 0) -> list:
    return [one for one in demo()[number].things if one.kind == kind]


def test_the_first_account_is_a_shop_of_the_promised_size() -> None:
    counted = Counter(one.kind for one in demo()[0].things)
    wanted = {"profile": 5000, "campaign": 180, "list": 30, "segment": 30, "coupon": 12}
    assert {kind: counted[kind] for kind in wanted} == wanted
    assert counted["coupon-code"] > 5000
    assert len([one for one in of("template") if not one.hidden.get("private")]) == 40


def test_the_accounts_differ_in_zone_and_currency_and_one_is_for_tests() -> None:
    accounts = [one.account.attributes for one in demo()]
    assert len({one["timezone"] for one in accounts}) == 3
    assert len({one["preferred_currency"] for one in accounts}) == 3
    assert [one["test_account"] for one in accounts] == [False, False, True]


def test_it_is_the_same_a_second_time() -> None:
    again = worlds("demo", DEMO_KEY, NOW)
    assert [(one.account, one.things, one.links) for one in again] == [
        (one.account, one.things, one.links) for one in demo()
    ]


def test_no_id_is_given_twice() -> None:
    for world in demo():
        names = [(one.kind, one.id) for one in world.things]
        assert len(names) == len(set(names))


def test_another_key_has_accounts_and_people_of_its_own() -> None:
    first, second = worlds("demo", "a", NOW)[0], worlds("demo", "b", NOW)[0]
    assert first.account.id != second.account.id
    assert not {one.id for one in first.things if one.kind == "profile"} & {one.id for one in second.things}


def test_the_campaigns_go_back_two_years_in_every_status() -> None:
    campaigns = [one.attributes for one in of("campaign")]
    assert {one["status"] for one in campaigns} == KNOWN
    oldest = min(dt.datetime.fromisoformat(one["send_time"]) for one in campaigns if one["send_time"])
    assert dt.timedelta(days=680) < NOW - oldest < dt.timedelta(days=780)


def test_every_link_leads_somewhere() -> None:
    for world in demo():
        ids = {one.id for one in world.things}
        assert all(id_ in ids and others.keys() <= ids for _, id_, _, others in world.links)


def test_every_relation_leads_somewhere() -> None:
    for world in demo():
        ids = {one.id for one in world.things}
        assert all(other in ids for one in world.things for other in one.relationships.values() if other)


def test_every_segment_is_valid_and_has_people() -> None:
    for one in of("segment"):
        assert list(DEFINITION(one.attributes["definition"], "")) == []
    sizes = [len(others) for kind, _, _, others in demo()[0].links if kind == "segment"]
    assert all(sizes)


@pytest.mark.parametrize("number", [0, 1, 2])
def test_every_letter_can_be_rendered_fetches_nothing_and_can_be_left(number: int) -> None:
    for one in of("template", number):
        shown = render(one.attributes["html"], {}, Surroundings(NOW))
        assert re.findall(r'(?:src|background|srcset)="[^"]*"|url\(|@import|<link|<script', shown) == []
        assert "/unsubscribe" in shown
        assert "@media" in shown


def test_people_live_at_example_domains() -> None:
    domains = {one.attributes["email"].partition("@")[2] for one in of("profile")}
    assert domains == {"example.com", "example.org", "example.net"}


def test_an_empty_account_has_metrics_and_the_default_tag_group(tmp_path) -> None:
    (world,) = worlds("empty", "a", NOW)
    assert {one.kind for one in world.things} == {"metric", "tag-group"}
    assert [one.attributes["name"] for one in world.things if one.kind == "tag-group"] == ["Ungrouped Tags"]


def test_the_store_gives_back_what_was_built(tmp_path) -> None:
    store = Store(tmp_path / "demo.sqlite")
    (account,) = build(store, "demo", "a", now=NOW)
    (world,) = worlds("demo", "a", NOW)
    things = store.things("a", account.id)
    assert list(things.all("campaign")) == [one for one in world.things if one.kind == "campaign"]
    kind, id_, relation, others = world.links[0]
    assert dict(things.linked(kind, id_, relation)) == others


def test_every_behaviour_belongs_to_an_operation_of_the_catalogue() -> None:
    assert BEHAVIOURS.keys() <= OPERATIONS.keys()
