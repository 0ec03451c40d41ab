"""Catalogs over HTTP against the sandbox: made, found, changed, sorted and deleted."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard.audit.models import Entry
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
ITEM = {
    "external_id": "TENT/2",
    "title": "Ridge tent",
    "description": "For two",
    "url": "https://shop.example.com/tent",
    "price": "349.00",
    "published": "on",
    "custom_metadata": '{"season": "summer"}',
}
VARIANT = {**ITEM, "external_id": "TENT-RED", "title": "Ridge tent, red", "sku": "T-1", "inventory_quantity": "3"}
VARIANT["inventory_policy"] = "1"


def made(browse: Any, path: str, typed: dict[str, str]) -> str:
    """The path of what a form has made."""
    answer = browse(path, typed)
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


@pytest.fixture
def tent(world: World, account: Any, browse: Any) -> str:
    return made(browse, "catalog/items/new/", ITEM)


@pytest.fixture
def red(tent: str, browse: Any) -> str:
    return made(browse, f"{tent}variants/new/", VARIANT)


def items(world: World, kind: str = "items") -> dict[str, dict[str, Any]]:
    found = world.call("GET", f"catalog-{kind}")["data"]
    return {one["attributes"]["external_id"]: one["attributes"] for one in found}


def form_of(page: Any) -> dict[str, str]:
    text = page.content.decode()
    found = dict(re.findall(r'<input type="(?:text|url|number|hidden)" name="(\w+)"(?: value="([^"]*)")?', text))
    for name, value in re.findall(r'<textarea name="(\w+)"[^>]*>\s*(.*?)</textarea>', text, re.DOTALL):
        found[name] = value.replace("&quot;", '"')
    if 'name="published"' in text:
        found["published"] = "on" if re.search(r'name="published"[^>]*checked', text) else ""
    found.pop("csrfmiddlewaretoken", None)
    return {name: value for name, value in found.items() if value}


def test_an_item_is_made_and_shown_even_with_a_slash_in_its_id(world: World, tent: str, browse: Any) -> None:
    kept = items(world)["TENT/2"]
    assert (kept["price"], kept["published"], kept["custom_metadata"]) == (349.0, True, {"season": "summer"})
    page = browse(tent).content.decode()
    for word in ("Ridge tent", "349", "For two", "season", "summer", "https://shop.example.com/tent"):
        assert word in page
    assert Entry.objects.get(action="catalog_item.created").target == "Ridge tent"


def test_an_external_id_that_is_taken_is_said_at_its_field_and_nothing_is_lost(tent: str, browse: Any) -> None:
    answer = browse("catalog/items/new/", {**ITEM, "title": "Another tent"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "Another tent" in page
    assert re.search(r'id="id_external_id_error"', page)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"url": "javascript:alert(1)"}, "Enter a valid URL"),
        ({"url": "ftp://shop.example.com/"}, "An address begins with https"),
        ({"price": "-1"}, "greater than or equal to 0"),
        ({"custom_metadata": "{"}, "This is not JSON"),
        ({"title": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_right_is_said_before_klaviyo_is_asked(
    world: World, account: Any, browse: Any, change: dict[str, str], words: str
) -> None:
    answer = browse("catalog/items/new/", {**ITEM, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert world.count("create_catalog_item") == 0


def test_an_edit_changes_only_what_was_changed(world: World, tent: str, browse: Any) -> None:
    typed = form_of(browse(f"{tent}edit/"))
    assert typed["custom_metadata"].startswith("{")
    assert browse(f"{tent}edit/", {**typed, "price": "299.5", "published": ""}).status_code == 303
    kept = items(world)["TENT/2"]
    assert (kept["price"], kept["published"], kept["title"]) == (299.5, False, "Ridge tent")
    assert set(Entry.objects.get(action="catalog_item.changed").after) == {"price", "published"}


def test_a_change_made_meanwhile_is_shown_and_not_overwritten(world: World, tent: str, browse: Any) -> None:
    typed = form_of(browse(f"{tent}edit/"))
    key = next(one["id"] for one in world.call("GET", "catalog-items")["data"])
    body = {"data": {"type": "catalog-item", "id": key, "attributes": {"title": "Their tent"}}}
    world.call("PATCH", f"catalog-items/{key.replace('/', '%2F')}", body)
    answer = browse(f"{tent}edit/", {**typed, "title": "My tent"})
    assert answer.status_code == 409
    assert "Their tent" in answer.content.decode()
    assert items(world)["TENT/2"]["title"] == "Their tent"


def test_a_variant_begins_like_its_item_and_stands_on_its_page(world: World, tent: str, browse: Any) -> None:
    typed = form_of(browse(f"{tent}variants/new/"))
    assert typed["title"] == "Ridge tent"
    red = made(browse, f"{tent}variants/new/", VARIANT)
    kept = items(world, "variants")["TENT-RED"]
    assert (kept["sku"], kept["inventory_quantity"], kept["inventory_policy"]) == ("T-1", 3, 1)
    page = browse(tent).content.decode()
    assert "Ridge tent, red" in page
    assert red in page
    assert "T-1" in browse(red).content.decode()


def test_an_item_takes_its_variants_with_it_and_the_question_says_so(
    world: World, tent: str, red: str, browse: Any
) -> None:
    assert "Its variants are deleted too" in browse(f"{tent}delete/").content.decode()
    assert browse(f"{tent}delete/", {}).status_code == 303
    assert not items(world)
    assert not items(world, "variants")
    assert browse(red).status_code == 404


def test_an_item_is_sorted_into_categories_and_out_again(world: World, tent: str, browse: Any) -> None:
    category = made(browse, "catalog/categories/new/", {"external_id": "TENTS", "name": "Tents"})
    made(browse, "catalog/categories/new/", {"external_id": "RAIN", "name": "For rain"})
    key = next(
        one["id"] for one in world.call("GET", "catalog-categories")["data"] if one["attributes"]["name"] == "Tents"
    )
    assert browse(f"{tent}categories/", {"categories": [key]}).status_code == 303
    page = browse(tent).content.decode()
    assert "Tents" in page
    assert "For rain" not in page
    assert "Ridge tent" in browse(f"catalog/items/?category={key}").content.decode()
    assert browse(category).status_code == 200
    assert browse(f"{tent}categories/", {"shown": [key]}).status_code == 303
    assert "Tents" not in browse(tent).content.decode()


def test_a_category_that_somebody_else_chose_meanwhile_stays(world: World, tent: str, browse: Any) -> None:
    keys = {}
    for name in ("Tents", "For rain"):
        made(browse, "catalog/categories/new/", {"external_id": name[:3], "name": name})
    for one in world.call("GET", "catalog-categories")["data"]:
        keys[one["attributes"]["name"]] = one["id"]
    item = world.call("GET", "catalog-items")["data"][0]["id"].replace("/", "%2F")
    link = [{"type": "catalog-category", "id": keys["For rain"]}]
    world.call("POST", f"catalog-items/{item}/relationships/categories", {"data": link})
    assert browse(f"{tent}categories/", {"categories": [keys["Tents"]]}).status_code == 303
    page = browse(tent).content.decode()
    assert "Tents" in page
    assert "For rain" in page


def test_a_price_of_nothing_is_another_than_no_price(world: World, tent: str, browse: Any) -> None:
    for price, kept in (("0", 0), ("", None)):
        typed = {**form_of(browse(f"{tent}edit/")), "price": price}
        assert browse(f"{tent}edit/", typed).status_code == 303
        assert items(world)["TENT/2"]["price"] == kept


def test_items_are_found_by_part_of_the_title_and_by_state(tent: str, browse: Any) -> None:
    other = {**ITEM, "external_id": "PAN", "title": "Iron pan"}
    del other["published"]
    made(browse, "catalog/items/new/", other)
    for query, here, gone in (
        ("q=tent", "Ridge tent", "Iron pan"),
        ("published=no", "Iron pan", "Ridge tent"),
        ("published=yes&q=ridge", "Ridge tent", "Iron pan"),
    ):
        rows = browse(f"catalog/items/?{query}", htmx=True).content.decode().partition("<tbody>")[2]
        assert here in rows, query
        assert gone not in rows, query


def test_a_variant_is_found_by_its_sku(red: str, browse: Any) -> None:
    assert "Ridge tent, red" in browse("catalog/variants/?sku=T-1", htmx=True).content.decode()
    assert "Ridge tent, red" not in browse("catalog/variants/?sku=T-2", htmx=True).content.decode()


def test_a_link_out_of_the_shop_runs_nothing(world: World, account: Any, browse: Any) -> None:
    attributes = {"external_id": "X", "title": "X", "description": "", "url": "javascript:alert(1)"}
    body = {"data": {"type": "catalog-item", "attributes": attributes}}
    world.call("POST", "catalog-items", body)
    page = browse("catalog/items/").content.decode()
    link = re.search(r'href="(/a/\d+/catalog/items/[\w-]{8,}/)"', page)
    assert link
    assert 'href="javascript:' not in browse(link[1]).content.decode()


def test_an_address_that_holds_no_id_is_not_found(account: Any, browse: Any) -> None:
    assert browse("catalog/items/_w/").status_code == 404


def test_an_item_shows_its_picture_in_a_frame_that_can_do_nothing(account: Any, browse: Any) -> None:
    where = "https://pictures.example.com/tent.jpg"
    lamp = made(browse, "catalog/items/new/", {**ITEM, "external_id": "LAMP", "image_full_url": where})
    address = re.search(r'<iframe[^>]* sandbox [^>]*src="([^"]+/picture/)"', browse(lamp).content.decode())
    assert address
    frame = browse(address[1])
    assert f'src="{where}"' in frame.content.decode()
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_without_a_picture_there_is_no_frame(tent: str, browse: Any) -> None:
    assert "<iframe" not in browse(tent).content.decode()
