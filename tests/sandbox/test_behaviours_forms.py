"""Forms, their reports and reviews of the demo."""

from __future__ import annotations

from typing import Any

import pytest

from klaviyo_app.sandbox.behaviours.forms import STATISTICS, SUBMITTED, present_form
from tests.sandbox.shop import Shop
from tests.sandbox_server import Sandbox, World

ALL = {"start": "2025-12-01T00:00:00", "end": "2026-11-30T00:00:00"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Shop:
    return Shop(tmp_path_factory.mktemp("forms"))


@pytest.fixture(scope="module")
def played(sandbox: Sandbox) -> World:
    return sandbox.world("demo")


def report(shop: Shop, operation: str = "query_form_values", **more: Any) -> list[dict[str, Any]]:
    attributes = {"statistics": list(STATISTICS), "timeframe": ALL, **more}
    thing = shop.do(operation, {"attributes": attributes}).thing
    assert thing is not None
    return list(thing.attributes["results"])


def test_every_time_a_form_was_sent_off_counts_once(demo: Shop) -> None:
    metric = demo.named("metric", SUBMITTED).id
    sent: dict[str, int] = {}
    for one in demo.do("get_events").things or ():
        if one.relationships["metric"] == metric and one.attributes["datetime"] >= "2025-12":
            form = one.attributes["event_properties"]["form_id"]
            sent[form] = sent.get(form, 0) + 1
    found = {one["groupings"]["form_id"]: one["statistics"] for one in report(demo)}
    assert {form: told["submits"] for form, told in found.items() if told["submits"]} == sent
    assert sent
    for told in found.values():
        assert told["viewed_form"] >= told["submits"]
        assert told["submit_rate"] == pytest.approx(told["submits"] / (told["viewed_form"] or 1), abs=1e-6)


def test_versions_and_intervals_add_up_to_their_form(demo: Shop) -> None:
    whole = {one["groupings"]["form_id"]: one["statistics"]["viewed_form"] for one in report(demo)}
    parts: dict[str, float] = dict.fromkeys(whole, 0.0)
    rows = report(demo, "query_form_series", interval="monthly", group_by=["form_id", "form_version_id"])
    assert len(rows) > len(whole)
    for one in rows:
        parts[one["groupings"]["form_id"]] += sum(one["statistics"]["viewed_form"])
    assert parts == whole


def test_a_version_is_grouped_beside_its_form_only(demo: Shop) -> None:
    asked = {"statistics": ["submits"], "timeframe": ALL, "group_by": ["form_version_id"]}
    assert demo.refused("query_form_values", {"attributes": asked}).status == 400


def test_a_filter_picks_one_form(demo: Shop) -> None:
    form = report(demo)[0]["groupings"]["form_id"]
    assert [one["groupings"]["form_id"] for one in report(demo, filter=f'any(form_id,["{form}"])')] == [form]


@pytest.mark.parametrize("revision", ["2024-10-15", "2026-07-15"])
def test_one_form_has_its_definition_and_versions_since_2025(demo: Shop, revision: str) -> None:
    demo.revision = revision
    form = demo.named("form", "Pop-up: ten percent for the first order")
    shown = present_form(demo.call("get_form"), form)
    assert ("definition" in shown) == (revision > "2025-10")
    versions = [one for one in demo.things.all("form-version") if one.relationships["form"] == form.id]
    named = [demo.shown(one) for one in versions]
    assert len(named) == 2
    assert all(one["ab_test"]["variation_name"] for one in named)
    assert all(("variation_name" in one) == (revision > "2025-10") for one in named)


def test_forms_and_versions_are_filtered(played: World) -> None:
    live = played.call("GET", "forms?filter=equals(status,'live')")["data"]
    assert {one["attributes"]["status"] for one in live} == {"live"}
    tested = played.call("GET", "forms?filter=equals(ab_test,true)")["data"]
    assert len(tested) == 1
    assert len(played.call("GET", f"forms/{tested[0]['id']}/form-versions")["data"]) == 2


def test_reviews_are_filtered_by_the_word_of_their_status(played: World) -> None:
    found = played.call("GET", "reviews?filter=equals(status,'published')&page[size]=100")["data"]
    assert {one["attributes"]["status"]["value"] for one in found} <= {"published"}
    every = played.call("GET", "reviews?page[size]=100")["data"]
    assert every
    item = every[0]["attributes"]["product"]["external_id"]
    wanted = (
        f"equals(status,'{every[0]['attributes']['status']['value']}'),equals(item.id,'$custom:::$default:::{item}')"
    )
    both = played.call("GET", f"reviews?filter={wanted}")["data"]
    assert every[0]["id"] in {one["id"] for one in both}


def test_an_older_revision_says_the_status_in_a_word(sandbox: Sandbox) -> None:
    world = sandbox.world("demo", oldest_revision="2024-10-15")
    answer = world.ask("GET", "reviews", headers={"revision": "2024-10-15"}).json()
    assert all(isinstance(one["attributes"]["status"], str) for one in answer["data"])
