"""Tags and tag groups over HTTP against the sandbox, and on the pages of what carries them."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard.audit.models import Entry
from dashboard.teams.models import User
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


def names(world: World, kind: str = "tags") -> list[str]:
    return sorted(one["attributes"]["name"] for one in world.call("GET", kind)["data"])


def make_group(world: World, name: str, *, exclusive: bool = False) -> str:
    attributes = {"name": name, "exclusive": exclusive}
    made = world.call("POST", "tag-groups", {"data": {"type": "tag-group", "attributes": attributes}})
    return str(made["data"]["id"])


def make_tag(world: World, name: str, group: str) -> str:
    relation = {"tag-group": {"data": {"type": "tag-group", "id": group}}}
    data = {"type": "tag", "attributes": {"name": name}, "relationships": relation}
    return str(world.call("POST", "tags", {"data": data})["data"]["id"])


@pytest.fixture
def group(world: World, account: Any) -> str:
    return make_group(world, "Seasons")


@pytest.fixture
def tag(world: World, group: str) -> str:
    return make_tag(world, "Spring", group)


@pytest.fixture
def listed(world: World, account: Any, read: Any) -> str:
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Readers"}}})["data"]["id"]
    read("list")
    return str(made)


def carried(world: World, listed: str) -> list[str]:
    return [one["attributes"]["name"] for one in world.call("GET", f"lists/{listed}/tags")["data"]]


def seen_on(page: Any) -> str:
    return re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]  # type: ignore[index]


def test_groups_are_shown_with_their_tags(tag: str, browse: Any) -> None:
    page = browse("tags/").content.decode()
    assert page.index("Seasons") < page.index("Spring")
    assert "1 tag" in page


def test_part_of_a_name_finds_a_tag(world: World, group: str, tag: str, browse: Any) -> None:
    make_tag(world, "Autumn", group)
    page = browse("tags/?q=PRIN", htmx=True).content.decode()
    assert "Spring" in page
    assert "Autumn" not in page


def test_a_tag_is_made_in_its_group(world: World, group: str, browse: Any) -> None:
    assert browse("tags/new/", {"name": "Summer", "group": group}).status_code == 303
    inside = world.call("GET", f"tag-groups/{group}/tags")["data"]
    assert [one["attributes"]["name"] for one in inside] == ["Summer"]
    assert Entry.objects.get(action="tag.created").target == "Summer"


def test_a_name_that_is_taken_is_said_beside_the_field(tag: str, group: str, browse: Any) -> None:
    answer = browse("tags/new/", {"name": "Spring", "group": group})
    said = answer.content.decode()
    assert answer.status_code == 409
    assert re.search(r'id="id_name_error"[^>]*>.*exists already', said, re.DOTALL)
    assert 'value="Spring"' in said


def test_a_tag_is_renamed(world: World, tag: str, browse: Any) -> None:
    path = f"tags/{tag}/edit/"
    assert browse(path, {"name": "Early spring", "seen": seen_on(browse(path))}).status_code == 303
    assert names(world) == ["Early spring"]


def test_a_tag_that_was_renamed_meanwhile_is_shown_before_it_is_overwritten(
    world: World, tag: str, browse: Any
) -> None:
    path = f"tags/{tag}/edit/"
    seen = seen_on(browse(path))
    world.call("PATCH", f"tags/{tag}", {"data": {"type": "tag", "id": tag, "attributes": {"name": "Theirs"}}})
    answer = browse(path, {"name": "Ours", "seen": seen})
    assert (answer.status_code, names(world)) == (409, ["Theirs"])
    assert "Theirs" in answer.content.decode()


def test_a_tag_is_deleted_after_a_question(world: World, tag: str, browse: Any) -> None:
    asked = browse(f"tags/{tag}/delete/").content.decode()
    assert "Delete this tag?" in asked
    assert names(world) == ["Spring"]
    assert browse(f"tags/{tag}/delete/", {}).status_code == 303
    assert names(world) == []


def test_a_group_is_made_renamed_and_deleted_with_its_tags_named(world: World, account: Any, browse: Any) -> None:
    assert browse("tags/groups/new/", {"name": "Kinds", "exclusive": "on"}).status_code == 303
    made = next(one for one in world.call("GET", "tag-groups")["data"] if one["attributes"]["name"] == "Kinds")
    assert made["attributes"]["exclusive"] is True
    make_tag(world, "Sale", made["id"])
    path = f"tags/groups/{made['id']}/edit/"
    assert browse(path, {"name": "Sorts", "seen": seen_on(browse(path))}).status_code == 303
    path = f"tags/groups/{made['id']}/delete/"
    assert "Sale" in browse(path).content.decode()
    assert browse(path, {}).status_code == 303
    assert "Sorts" not in names(world, "tag-groups")


def test_a_list_gets_a_tag_and_loses_it_on_its_own_page(world: World, listed: str, tag: str, browse: Any) -> None:
    path = f"tags/of/list/{listed}/"
    assert path in browse(f"lists/{listed}/").content.decode()
    part = browse(f"{path}change/", {"add": tag}, htmx=True).content.decode()
    assert carried(world, listed) == ["Spring"]
    assert "Take Spring off" in part
    assert browse(f"{path}change/", {"take": tag}).status_code == 303
    assert carried(world, listed) == []
    logged = [(one.action, one.target) for one in Entry.objects.order_by("pk")]
    assert logged == [("list.tagged", "Readers"), ("list.untagged", "Readers")]


def test_who_only_looks_sees_tags_and_no_buttons(world: World, listed: str, tag: str, browse: Any, vera: User) -> None:
    world.call("POST", f"tags/{tag}/relationships/lists", {"data": [{"type": "list", "id": listed}]})
    part = browse(f"tags/of/list/{listed}/", user=vera, htmx=True).content.decode()
    assert "Spring" in part
    assert "<form" not in part
    assert "tag-edit" not in browse("tags/", user=vera).content.decode()


def test_a_refused_tag_is_said_where_it_was_put_on(world: World, listed: str, tag: str, browse: Any) -> None:
    world.fault("tag_lists", "403")
    part = browse(f"tags/of/list/{listed}/change/", {"add": tag}, htmx=True).content.decode()
    assert 'role="alert"' in part
    assert carried(world, listed) == []


def test_a_second_tag_of_an_exclusive_group_is_refused_with_klaviyos_reason_and_stays_chosen(
    world: World, listed: str, browse: Any
) -> None:
    only = make_group(world, "Season", exclusive=True)
    winter, summer = make_tag(world, "Winter", only), make_tag(world, "Summer", only)
    assert browse(f"tags/of/list/{listed}/change/", {"add": winter}).status_code == 303
    part = browse(f"tags/of/list/{listed}/change/", {"add": summer}, htmx=True).content.decode()
    assert "has a tag of the exclusive group" in part
    assert "fields that are marked" not in part
    assert f'value="{summer}" selected' in part
    assert carried(world, listed) == ["Winter"]


def test_nobody_tags_what_carries_no_tags(browse: Any) -> None:
    assert browse("tags/of/coupon/C1/").status_code == 404


def test_a_tag_that_is_gone_is_said_and_nothing_is_logged(world: World, listed: str, tag: str, browse: Any) -> None:
    world.call("DELETE", f"tags/{tag}")
    part = browse(f"tags/of/list/{listed}/change/", {"add": tag}, htmx=True).content.decode()
    assert 'role="alert"' in part
    assert not Entry.objects.exists()
