"""How the things of a catalog are sorted and found, over HTTP against the sandbox."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.resources.catalog_steps import colours, group, key, rows_of, stock
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


def test_items_are_sorted_by_when_they_were_made_and_pages_keep_the_order(
    world: World, account: Any, browse: Any
) -> None:
    for number in range(3):
        attributes = {"external_id": f"D-{number}", "title": f"Day {number}", "description": "", "url": "https://x.y"}
        world.call("POST", "catalog-items", {"data": {"type": "catalog-item", "attributes": attributes}})
        world.advance(86400)
    stock(world, 100)
    newest, oldest = browse("catalog/items/"), browse("catalog/items/?sort=created")
    assert "Day 0" not in rows_of(newest)
    assert re.findall(r"Day \d(?=</a>)", rows_of(oldest)) == ["Day 0", "Day 1", "Day 2"]
    assert 'aria-sort="ascending"' in oldest.content.decode()
    onward = re.search(r'rel="next"[^>]*href="([^"]+)"', oldest.content.decode())
    assert onward
    assert "sort=created" in onward[1]
    assert "Day" not in rows_of(browse(onward[1].replace("&amp;", "&"), htmx=True))
    assert "Item" in rows_of(browse("catalog/items/?sort=title"))  # no such order: the newest


def test_categories_are_sorted_too_though_they_do_not_tell_when(world: World, account: Any, browse: Any) -> None:
    group(world, "Tents")
    page = browse("catalog/categories/").content.decode()
    assert "Oldest first" in page
    assert "Newest first" in browse("catalog/categories/?sort=created").content.decode()
    assert "sort=created" in world.requests("get_catalog_categories")[-1]["query"]


def test_items_are_found_by_whole_external_ids_one_or_several(world: World, account: Any, browse: Any) -> None:
    stock(world, 12)
    odd = {"external_id": "A, B/1", "title": "Odd one", "description": "", "url": "https://x.example"}
    world.call("POST", "catalog-items", {"data": {"type": "catalog-item", "attributes": odd}})
    for typed, found in (
        ("I-1", ["Item 1"]),
        ("I-1, I-11", ["Item 1", "Item 11"]),
        (key("I-3"), ["Item 3"]),
        ("A, B/1", ["Odd one"]),
        ("i", []),
    ):
        page = browse(f"catalog/items/?id={typed.replace(',', '%2C')}", htmx=True)
        assert sorted(re.findall(r"(?:Item \d+|Odd one)(?=</a>)", rows_of(page))) == found, typed
    page = browse("catalog/items/?id=I-99").content.decode()
    assert "Nothing matches" in page
    assert 'value="I-99"' in page


def test_variants_are_found_by_state_and_by_id(world: World, account: Any, browse: Any) -> None:
    ids = colours(world, stock(world, 1)[0], 2)
    change = {"type": "catalog-variant", "id": ids[1], "attributes": {"published": False}}
    world.call("PATCH", f"catalog-variants/{ids[1]}", {"data": change})
    for query, here, gone in (("published=no", "Variant 1", "Variant 0"), ("id=V-0", "Variant 0", "Variant 1")):
        rows = rows_of(browse(f"catalog/variants/?{query}", htmx=True))
        assert here in rows
        assert gone not in rows
