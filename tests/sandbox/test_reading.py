"""Collections: pages, filters, sorts, fields, includes."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import quote, urlsplit

import pytest

from tests.sandbox.calls import error, make_list, make_profile, names
from tests.sandbox_server import Sandbox, World


@pytest.fixture
def lists(world: World) -> dict[str, str]:
    """Twelve lists, by name."""
    return {name: make_list(world, name) for name in (f"List {number:02d}" for number in range(12))}


def _next(answer: dict) -> str:
    """The path and query of links.next, which lies on Klaviyo's host."""
    parts = urlsplit(answer["links"]["next"])
    assert (parts.netloc, parts.path[:5]) == ("a.klaviyo.com", "/api/")
    return f"{parts.path.removeprefix('/api/')}?{parts.query}"


def test_ten_lists_are_a_page_and_the_rest_is_the_next(world: World, lists: dict[str, str]) -> None:
    first = world.call("GET", "lists")
    second = world.call("GET", _next(first))
    assert [len(first["data"]), len(second["data"]), second["links"]["next"]] == [10, 2, None]
    assert names(first) + names(second) == list(lists)


@pytest.mark.parametrize("sort", ["name", "-name", "-created"])
def test_pages_keep_the_order_that_was_asked_for(world: World, lists: dict[str, str], sort: str) -> None:
    found, where = [], f"lists?sort={sort}&page%5Bsize%5D=5"
    while where:
        page = world.call("GET", where)
        found += names(page)
        where = _next(page) if page["links"]["next"] else ""
    assert found == (list(lists) if sort == "name" else list(lists)[::-1])


def test_a_cursor_survives_the_end_of_the_thing_it_stands_on(world: World, lists: dict[str, str]) -> None:
    first = world.call("GET", "lists")
    world.call("DELETE", f"lists/{first['data'][-1]['id']}")
    assert names(world.call("GET", _next(first))) == ["List 10", "List 11"]


def test_people_who_are_taken_out_page_by_page_are_all_met(world: World) -> None:
    one = make_list(world, "Snow")
    people = [{"type": "profile", "id": make_profile(world, f"p{number}@example.com")} for number in range(7)]
    members = f"lists/{one}/relationships/profiles"
    world.call("POST", members, {"data": people})
    met, where = [], f"{members}?page%5Bsize%5D=3"
    while where:
        page = world.call("GET", where)
        met += page["data"]
        world.call("DELETE", members, {"data": page["data"]})
        where = _next(page) if page["links"]["next"] else ""
    assert met == people


@pytest.mark.parametrize("cursor", ["nonsense", "WzFd", "bnVsbA"])
def test_a_cursor_that_was_never_given_is_refused(world: World, lists: dict[str, str], cursor: str) -> None:
    assert world.ask("GET", f"lists?page%5Bcursor%5D={cursor}").status_code == 400


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("colour=white", "colour"),
        ("page%5Bsize%5D=11", "page[size]"),
        ("sort=colour", "sort"),
        ("include=profiles", "include"),
        ("filter=equals(colour,%22white%22)", "filter"),
        ("filter=contains(name,%22List%22)", "filter"),
        ("filter=equals(name,List)", "filter"),
        ("filter=equals(name,%22List%22", "filter"),
        ("filter=or(equals(name,%22a%22),equals(name,%22b%22))", "filter"),
        ("filter=any(name,%22a%22)", "filter"),
        ("fields%5Bcampaign%5D=name", "fields_campaign"),
    ],
)
def test_what_the_operation_does_not_know_is_named(world: World, query: str, parameter: str) -> None:
    answer = world.ask("GET", f"lists?{query}")
    assert (answer.status_code, error(answer)["source"]) == (400, {"parameter": parameter})


def test_a_page_size_is_unknown_where_the_size_was_fixed(world: World) -> None:
    answer = world.ask("GET", "lists?page%5Bsize%5D=5", headers={"revision": "2025-01-15"})
    assert (answer.status_code, "page_size" in error(answer)["detail"]) == (400, True)


@pytest.mark.parametrize("name", ['a "quoted" name', "it's, (well) [so]", "back\\slash", "Grüße, 100 %", "and(x)"])
def test_a_filter_finds_a_name_with_any_letters(world: World, name: str) -> None:
    made = make_list(world, name)
    make_list(world, "another")
    text = name.replace("\\", "\\\\").replace('"', '\\"')
    condition = quote(f'equals(name,"{text}")', safe="")
    found = world.call("GET", f"lists?filter={condition}")
    assert [one["id"] for one in found["data"]] == [made]


def test_conditions_hold_together(world: World, lists: dict[str, str]) -> None:
    both = quote('and(any(name,["List 01","List 02"]),greater-than(created,2020-01-01T00:00:00Z))')
    comma = quote('equals(name,"List 01"),equals(name,"List 02")')
    assert len(world.call("GET", f"lists?filter={both}")["data"]) == 2
    assert world.call("GET", f"lists?filter={comma}")["data"] == []


def test_times_are_compared_as_times(world: World, lists: dict[str, str]) -> None:
    created = world.call("GET", f"lists/{lists['List 11']}")["data"]["attributes"]["created"]
    world.advance(60)
    make_list(world, "Later")
    zone = created.replace("+00:00", "Z")
    assert names(world.call("GET", f"lists?filter={quote(f'greater-than(created,{zone})')}")) == ["Later"]


@pytest.mark.parametrize("path", ["lists", "profiles", "templates"])
def test_times_are_told_to_the_second(demo: World, path: str) -> None:
    demo.call("POST", path, MADE[path])
    times = [one["attributes"]["created"] for one in demo.call("GET", f"{path}?sort=-created")["data"]]
    assert all(datetime.fromisoformat(one).microsecond == 0 for one in times)


def test_a_required_filter_is_asked_for(world: World) -> None:
    assert error(world.ask("GET", "campaigns"))["source"] == {"parameter": "filter"}


def test_only_the_fields_that_are_asked_for_come_and_all_relationships(world: World, lists: dict[str, str]) -> None:
    one = world.call("GET", f"lists/{lists['List 01']}?fields%5Blist%5D=name")["data"]
    assert one["attributes"] == {"name": "List 01"}
    assert set(one["relationships"]) == {"profiles", "tags", "flow-triggers"}


MADE = {
    "lists": {"data": {"type": "list", "attributes": {"name": "Snow"}}},
    "profiles": {"data": {"type": "profile", "attributes": {"email": "mia@example.com"}}},
    "templates": {"data": {"type": "template", "attributes": {"name": "Snow", "editor_type": "CODE", "html": "Hi"}}},
}


@pytest.fixture
def demo(sandbox: Sandbox) -> World:
    return sandbox.world("demo")


def test_some_relationships_name_what_they_lead_to_unasked(demo: World) -> None:
    code = demo.call("GET", "coupon-codes?filter=equals(coupon.id,%22WELCOME10%22)")["data"][0]["relationships"]
    assert (code["coupon"]["data"]["id"], "data" in code["profile"]) == ("WELCOME10", False)
    form = demo.call("GET", "forms")["data"][0]
    assert form["relationships"]["form-versions"]["data"][0]["type"] == "form-version"
    flow = demo.call("GET", "flows?include=flow-actions")["included"][0]["relationships"]
    assert (flow["flow"]["data"]["type"], "data" in flow["flow-messages"]) == ("flow", False)


def test_one_form_comes_without_relationships(demo: World) -> None:
    form = demo.call("GET", "forms")["data"][0]["id"]
    assert "relationships" not in demo.call("GET", f"forms/{form}")["data"]


def test_what_is_included_comes_once_with_pointers_to_it(world: World, lists: dict[str, str]) -> None:
    tag = world.call("POST", "tags", {"data": {"type": "tag", "attributes": {"name": "winter"}}})["data"]["id"]
    both = [{"type": "list", "id": lists[name]} for name in ("List 01", "List 02")]
    assert world.ask("POST", f"tags/{tag}/relationships/lists", {"data": both}).status_code == 204
    found = world.call("GET", "lists?include=tags")
    assert [one["id"] for one in found["included"]] == [tag]
    assert found["data"][1]["relationships"]["tags"]["data"] == [{"type": "tag", "id": tag}]
    assert found["data"][0]["relationships"]["tags"]["data"] == []


def test_relationships_are_added_read_and_removed(world: World, lists: dict[str, str]) -> None:
    one = lists["List 01"]
    people = [{"type": "profile", "id": make_profile(world, f"p{number}@example.com")} for number in range(3)]
    where = f"lists/{one}/relationships/profiles"
    assert world.ask("POST", where, {"data": people}).status_code == 204
    assert world.ask("DELETE", where, {"data": people[:1]}).status_code == 204
    assert world.call("GET", where)["data"] == people[1:]
    counted = world.call("GET", f"lists/{one}?additional-fields%5Blist%5D=profile_count")["data"]
    assert counted["attributes"]["profile_count"] == 2
    assert len(world.call("GET", f"lists/{one}/profiles?page%5Bsize%5D=1")["data"]) == 1


def test_times_have_an_offset_and_no_z(world: World, lists: dict[str, str]) -> None:
    assert world.call("GET", "lists")["data"][0]["attributes"]["created"].endswith("+00:00")


def test_links_inside_end_in_a_slash_and_the_answers_own_does_not(world: World, lists: dict[str, str]) -> None:
    one = lists["List 01"]
    answer = world.call("GET", f"lists/{one}?fields%5Blist%5D=name")
    assert answer["data"]["links"]["self"] == f"https://a.klaviyo.com/api/lists/{one}/"
    assert answer["links"]["self"] == f"https://a.klaviyo.com/api/lists/{one}?fields%5Blist%5D=name"
