"""The filter grammar: what is read, what it finds, and what is refused with 400."""

from __future__ import annotations

import datetime as dt
from urllib.parse import quote

import pytest

from klaviyo_app.sandbox.behaviours.call import Refused
from klaviyo_app.sandbox.filters import Condition, check, holds, parse
from tests.sandbox.calls import make_list
from tests.sandbox_server import World

NOON = dt.datetime(2026, 1, 1, 12, tzinfo=dt.UTC)


@pytest.fixture
def lists(world: World) -> dict[str, str]:
    """Three lists: name -> id."""
    made = {}
    for name in ("Buyers", "Friends, \"old\" and 'new'", "Zürich (shop)"):
        body = {"data": {"type": "list", "attributes": {"name": name}}}
        made[name] = str(world.call("POST", "lists", body)["data"]["id"])
    return made


def _found(world: World, path: str, text: str) -> list[str]:
    return [one["id"] for one in world.call("GET", f"{path}?filter={quote(text, safe='')}")["data"]]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('equals(name,"A")', "A"),
        ("equals(name,'A')", "A"),
        (r'equals(name,"a \"b\" \\ c")', r'a "b" \ c'),
        ("equals(name,'a),b(\"')", 'a),b("'),
        ("equals(name,12)", 12),
        ("equals(name,-1.5)", -1.5),
        ("equals(name,true)", True),
        ("equals(name,null)", None),
        ("equals( name , 2026-01-01T12:00:00Z )", NOON),
        ("equals(name,2026-01-01T13:00:00+01:00)", NOON),
        ("equals(name,2026-01-01)", NOON.replace(hour=0)),
        ('equals(name,["a","b"])', ["a", "b"]),
        ("equals(name,[])", []),
    ],
)
def test_a_value_is_read_as_what_it_is(text: str, value: object) -> None:
    assert parse(text) == [Condition("name", "equals", value)]


@pytest.mark.parametrize(
    "text", ['and(equals(a,1),any(b,["x"]))', 'equals(a,1),any(b,["x"])', 'and(and(equals(a,1)),any(b,["x"]))']
)
def test_and_and_a_comma_mean_the_same(text: str) -> None:
    assert parse(text) == [Condition("a", "equals", 1), Condition("b", "any", ["x"])]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "name",
        "equals(name,A)",
        'equals(name,"A"',
        'equals(name,"A)',
        'equals(name,"A")x',
        'equals(name,"A"),',
        'equals(name "A")',
        "equals(name,2026-13-01)",
        'or(equals(name,"A"),equals(name,"B"))',
        'not(equals(name,"A"))',
        "equals(name,[1,)",
    ],
)
def test_what_is_no_filter_is_refused(text: str) -> None:
    with pytest.raises(Refused) as caught:
        parse(text)
    assert caught.value.status == 400


@pytest.mark.parametrize("text", ["equals(name,['a'])", "any(name,'a')", "contains(name,'a')", "equals(id,'a')"])
def test_a_condition_that_the_operation_does_not_know_is_refused(text: str) -> None:
    with pytest.raises(Refused):
        check(parse(text), {"name": ("any", "equals")})


@pytest.mark.parametrize(
    ("text", "value", "truth"),
    [
        ("equals(a,'x')", "x", True),
        ("equals(a,'x')", "X", False),
        ("equals(a,null)", None, True),
        ("any(a,['x','y'])", "y", True),
        ("any(a,[])", "y", False),
        ("greater-than(a,2026-01-01T12:00:00Z)", "2026-01-01T12:00:00+00:00", False),
        ("greater-or-equal(a,2026-01-01T12:00:00Z)", "2026-01-01T14:00:00+02:00", True),
        ("less-than(a,2026-01-01T12:00:00Z)", "2026-01-01T11:59:59.5+00:00", True),
        ("less-or-equal(a,5)", 6, False),
        ("less-than(a,5)", None, False),
        ("contains(a,'now')", "snow", True),
        ("contains(a,'x')", ["x"], True),
        ("contains-any(a,['x','y'])", ["y"], True),
        ("contains-all(a,['x','y'])", ["y"], False),
        ("starts-with(a,'sn')", "snow", True),
        ("ends-with(a,'sn')", "snow", False),
        ("has(a)", "", False),
    ],
)
def test_a_condition_holds_or_not(text: str, value: object, truth: bool) -> None:
    assert holds(parse(text)[0], value) is truth


def test_equals_finds_the_one_with_that_very_name(world: World, lists: dict[str, str]) -> None:
    for name, number in lists.items():
        text = name.replace('"', '\\"')
        assert _found(world, "lists", f'equals(name,"{text}")') == [number]
    assert _found(world, "lists", 'equals(name,"buyers")') == []


def test_any_finds_several(world: World, lists: dict[str, str]) -> None:
    first, second, _ = lists.values()
    assert _found(world, "lists", f'any(id,["{first}","{second}"])') == [first, second]


def test_all_conditions_must_hold(world: World, lists: dict[str, str]) -> None:
    first, second, _ = lists.values()
    assert _found(world, "lists", f'equals(name,"Buyers"),any(id,["{second}"])') == []
    assert _found(world, "lists", f'equals(name,"Buyers"),any(id,["{first}","{second}"])') == [first]


def test_greater_than_leaves_out_the_very_moment(world: World, lists: dict[str, str]) -> None:
    first = world.call("GET", f"lists/{lists['Buyers']}")["data"]["attributes"]["created"]
    world.advance(60)
    later = make_list(world, "Later")
    found = _found(world, "lists", f"greater-than(created,{first})")
    assert (later in found, lists["Buyers"] in found) == (True, False)


@pytest.mark.parametrize(
    "text", ['contains(name,"Buy")', 'equals(opt_in_process,"single")', "less-than(created,2026-01-01)", "equals(name"]
)
def test_what_lists_do_not_filter_by_is_400_and_says_filter(world: World, text: str) -> None:
    answer = world.ask("GET", f"lists?filter={quote(text)}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["source"] == {"parameter": "filter"}


def test_campaigns_need_a_filter_on_the_channel(world: World) -> None:
    assert world.ask("GET", "campaigns").status_code == 400
    assert _found(world, "campaigns", 'equals(messages.channel,"email")') == []
