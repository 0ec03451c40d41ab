"""Tags and tag groups keep Klaviyo's rules."""

from __future__ import annotations

from typing import Any

import pytest

from klaviyo_app.sandbox.behaviours import Thing
from tests.sandbox.calls import error, make_list, names
from tests.sandbox.shop import Shop
from tests.sandbox_server import World

NOWHERE = "00000000-0000-0000-0000-000000000000"


def group(world: World, name: str, **more: Any) -> str:
    body = {"data": {"type": "tag-group", "attributes": {"name": name, **more}}}
    return str(world.call("POST", "tag-groups", body)["data"]["id"])


def new(name: str, group_id: str | None = None) -> dict[str, Any]:
    relation = {"tag-group": {"data": {"type": "tag-group", "id": group_id}}}
    data = {"type": "tag", "attributes": {"name": name}}
    return {"data": {**data, "relationships": relation} if group_id else data}


def tag(world: World, name: str, group_id: str | None = None) -> str:
    return str(world.call("POST", "tags", new(name, group_id))["data"]["id"])


def put_on(world: World, tag_id: str, *lists: str) -> Any:
    return world.ask(
        "POST", f"tags/{tag_id}/relationships/lists", {"data": [{"type": "list", "id": one} for one in lists]}
    )


def default(world: World) -> str:
    return str(world.call("GET", "tag-groups?filter=equals(default,true)")["data"][0]["id"])


def test_every_account_has_one_default_group(world: World) -> None:
    group(world, "Season")
    assert names(world.call("GET", "tag-groups?filter=equals(default,true)")) == ["Ungrouped Tags"]


def test_a_tag_without_a_group_comes_into_the_default_one_which_is_named_unasked(world: World) -> None:
    made = world.call("POST", "tags", new("winter"))["data"]
    assert made["relationships"]["tag-group"]["data"] == {"type": "tag-group", "id": default(world)}
    assert "data" not in made["relationships"]["lists"]


def test_a_tag_belongs_to_the_group_that_was_asked_for(world: World) -> None:
    season = group(world, "Season")
    winter = tag(world, "winter", season)
    assert world.call("GET", f"tags/{winter}/tag-group")["data"]["id"] == season
    assert names(world.call("GET", f"tag-groups/{season}/tags")) == ["winter"]


def test_a_group_that_is_not_there_is_refused_by_the_service_of_tags(world: World) -> None:
    told = error(world.ask("POST", "tags", new("winter", NOWHERE)))
    assert (told["status"], told["code"]) == (404, "tag_service_error")
    assert told["detail"] == f"Tag Group with id {NOWHERE} not found"
    assert names(world.call("GET", "tags")) == []


@pytest.mark.parametrize(
    ("path", "kind", "more", "pointer"),
    [
        ("tags", "tag", {"colour": "red"}, "/data/attributes/colour"),
        ("tags", "tag", {"name": ""}, "/data/attributes/name"),
        ("tag-groups", "tag-group", {"default": True}, "/data/attributes/default"),
        ("tag-groups", "tag-group", {"exclusive": "yes"}, "/data/attributes/exclusive"),
    ],
)
def test_what_a_tag_and_a_group_cannot_have_is_pointed_at(
    world: World, path: str, kind: str, more: dict[str, Any], pointer: str
) -> None:
    body = {"data": {"type": kind, "attributes": {"name": "winter", **more}}}
    assert error(world.ask("POST", path, body))["source"] == {"pointer": pointer}


def test_of_a_group_only_the_name_changes(world: World) -> None:
    season = group(world, "Season", exclusive=True)
    where = f"tag-groups/{season}"

    def change(**attributes: Any) -> Any:
        return world.ask("PATCH", where, {"data": {"type": "tag-group", "id": season, "attributes": attributes}})

    assert change(name="Seasons", exclusive=False).status_code == 400
    assert change(name="Seasons").status_code == 204
    assert world.call("GET", where)["data"]["attributes"] == {"name": "Seasons", "exclusive": True, "default": False}


def test_a_tag_cannot_move_to_another_group(world: World) -> None:
    winter, other = tag(world, "winter"), group(world, "Season")
    body = new("ice", other)
    body["data"]["id"] = winter
    assert error(world.ask("PATCH", f"tags/{winter}", body))["source"] == {"pointer": "/data/relationships"}
    assert world.call("GET", f"tags/{winter}/tag-group")["data"]["id"] == default(world)


def test_the_default_group_cannot_be_deleted(world: World) -> None:
    answer = world.ask("DELETE", f"tag-groups/{default(world)}")
    assert (answer.status_code, error(answer)["code"]) == (400, "tag_service_error")
    assert names(world.call("GET", "tag-groups")) == ["Ungrouped Tags"]


def test_a_group_takes_its_tags_with_it_and_they_leave_what_had_them(world: World) -> None:
    season, snow = group(world, "Season"), make_list(world, "Snow")
    put_on(world, tag(world, "winter", season), snow)
    put_on(world, tag(world, "stays"), snow)
    assert world.ask("DELETE", f"tag-groups/{season}").status_code == 204
    assert names(world.call("GET", "tags")) == ["stays"]
    assert len(world.call("GET", f"lists/{snow}/relationships/tags")["data"]) == 1


def test_a_deleted_tag_leaves_what_had_it(world: World) -> None:
    winter, snow = tag(world, "winter"), make_list(world, "Snow")
    put_on(world, winter, snow)
    assert world.ask("DELETE", f"tags/{winter}").status_code == 204
    found = world.call("GET", f"lists/{snow}?include=tags")
    assert (found["included"], found["data"]["relationships"]["tags"]["data"]) == ([], [])


def test_a_thing_has_one_tag_of_an_exclusive_group(world: World) -> None:
    season, snow, ice = group(world, "Season", exclusive=True), make_list(world, "Snow"), make_list(world, "Ice")
    winter, summer = tag(world, "winter", season), tag(world, "summer", season)
    assert put_on(world, winter, snow).status_code == put_on(world, winter, snow).status_code == 204
    assert put_on(world, summer, ice, snow).status_code == 400
    assert world.call("GET", f"tags/{summer}/relationships/lists")["data"] == []  # all or none
    world.ask("DELETE", f"tags/{winter}/relationships/lists", {"data": [{"type": "list", "id": snow}]})
    assert put_on(world, summer, ice, snow).status_code == 204


def test_a_thing_has_many_tags_of_another_group(world: World) -> None:
    snow = make_list(world, "Snow")
    assert {put_on(world, tag(world, name), snow).status_code for name in ("a", "b", "c")} == {204}


def test_nothing_is_tagged_where_one_of_the_things_is_missing(world: World) -> None:
    winter, snow = tag(world, "winter"), make_list(world, "Snow")
    assert put_on(world, winter, snow, "NOPE01").status_code == 404
    assert world.call("GET", f"tags/{winter}/relationships/lists")["data"] == []


def _many(shop: Shop, kind: str, most: int) -> list[Thing]:
    group_id = shop.named("tag-group", "Ungrouped Tags").id
    missing = range(most - shop.things.count(kind))
    made = [Thing(kind, f"{kind}{one}", {"name": f"{one}"}, {"tag-group": group_id}) for one in missing]
    shop.things.put_all(made)
    return made


def test_an_account_has_500_tags_and_no_more(shop: Shop) -> None:
    _many(shop, "tag", 499)
    shop.do("create_tag", new("the last")["data"])
    assert shop.refused("create_tag", new("one more")["data"]).status == 400


def test_an_account_has_50_groups_and_no_more(shop: Shop) -> None:
    _many(shop, "tag-group", 49)
    shop.do("create_tag_group", {"attributes": {"name": "the last"}})
    assert shop.refused("create_tag_group", {"attributes": {"name": "one more"}}).status == 400


def test_a_thing_has_100_tags_and_no_more(shop: Shop) -> None:
    list_id = shop.named("list", "Newsletter").id
    tags = [one.id for one in _many(shop, "tag", 200)]
    shop.things.link("list", list_id, "tags", dict.fromkeys(tags[:99], "2026-01-01T00:00:00+00:00"))
    body = [{"type": "list", "id": list_id}]
    shop.do("tag_lists", body, id=tags[99])
    assert shop.refused("tag_lists", body, id=tags[100]).status == 400
    shop.do("tag_lists", body, id=tags[0])  # it has that one already
