"""Catalogs of the sandbox: variants belong to items, and bulk jobs do row by row what single calls do."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_server import World

WORDS = {"item": "items", "variant": "variants", "category": "categories"}


@pytest.fixture
def shop(world: World) -> World:
    world.settings(job_seconds=0)
    return world


def item(number: int, **more: Any) -> dict[str, Any]:
    attributes = {"external_id": f"I{number}", "title": f"Item {number}", "description": "", "url": "https://x.example"}
    return {"type": "catalog-item", "attributes": {**attributes, **more}}


def variant(number: int, of: str) -> dict[str, Any]:
    sold = {**item(number)["attributes"], "external_id": f"V{number}", "sku": "s", "inventory_quantity": 1, "price": 2}
    relation = {"item": {"data": {"type": "catalog-item", "id": of}}}
    return {"type": "catalog-variant", "attributes": sold, "relationships": relation}


def bulk(world: World, kind: str, act: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    job = f"catalog-{kind}-bulk-{act}-job"
    body = {"data": {"type": job, "attributes": {WORDS[kind]: {"data": rows}}}}
    started = world.call("POST", f"{job}s", body)["data"]
    return dict(world.call("GET", f"{job}s/{started['id']}")["data"]["attributes"])


def test_a_job_tells_of_its_items_only_when_asked_and_without_links(shop: World) -> None:
    kind = "catalog-item-bulk-create-job"
    body = {"data": {"type": kind, "attributes": {"items": {"data": [item(1)]}}}}
    started = shop.call("POST", f"{kind}s", body)["data"]
    assert ("relationships" in started, len(started["id"])) == (False, 26)
    found = shop.call("GET", f"{kind}s/{started['id']}?include=items")
    items = {"data": [{"type": "catalog-item", "id": "$custom:::$default:::I1"}]}
    assert found["data"]["relationships"] == {"items": items}


def ids(world: World, path: str) -> list[str]:
    return sorted(one["id"] for one in world.call("GET", path)["data"])


def test_a_bulk_job_makes_changes_and_deletes(shop: World) -> None:
    done = bulk(shop, "item", "create", [item(1), item(2)])
    assert (done["status"], done["completed_count"], done["errors"]) == ("complete", 2, [])
    assert ids(shop, "catalog-items") == ["$custom:::$default:::I1", "$custom:::$default:::I2"]
    change = {"type": "catalog-item", "id": "$custom:::$default:::I1", "attributes": {"title": "Other"}}
    bulk(shop, "item", "update", [change])
    assert shop.call("GET", "catalog-items/$custom:::$default:::I1")["data"]["attributes"]["title"] == "Other"
    bulk(shop, "item", "delete", [{"type": "catalog-item", "id": "$custom:::$default:::I1"}])
    assert ids(shop, "catalog-items") == ["$custom:::$default:::I2"]


def test_a_wrong_row_is_named_and_stops_no_other(shop: World) -> None:
    rows = [item(1), item(1), item(2, price=-1), item(3)]
    done = bulk(shop, "item", "create", rows)
    pointers = [one["source"]["pointer"] for one in done["errors"]]
    assert (done["completed_count"], done["failed_count"]) == (2, 2)
    assert [pointer.split("/")[5] for pointer in pointers] == ["1", "2"]
    assert len(ids(shop, "catalog-items")) == 2


@pytest.mark.parametrize("act", ["update", "delete"])
def test_a_row_that_is_not_there_is_pointed_at(shop: World, act: str) -> None:
    bulk(shop, "item", "create", [item(1)])
    change = {} if act == "delete" else {"attributes": {"published": False}}
    rows = [{"type": "catalog-item", "id": f"$custom:::$default:::I{number}", **change} for number in (1, 2)]
    done = bulk(shop, "item", act, rows)
    assert (done["completed_count"], done["failed_count"]) == (1, 1)
    error = done["errors"][0]
    assert (error["code"], error["source"]) == ("not_found", {"pointer": "/data/attributes/items/data/1"})


def test_a_job_takes_a_hundred_rows_at_most(shop: World) -> None:
    job = "catalog-item-bulk-create-job"
    body = {"data": {"type": job, "attributes": {"items": {"data": [item(one) for one in range(101)]}}}}
    assert shop.ask("POST", f"{job}s", body).status_code == 400


def test_variants_are_their_items_and_go_with_it(shop: World) -> None:
    bulk(shop, "item", "create", [item(1)])
    of = "$custom:::$default:::I1"
    assert bulk(shop, "variant", "create", [variant(1, of), variant(2, "nothing")])["failed_count"] == 1
    assert ids(shop, f"catalog-items/{of}/variants") == ["$custom:::$default:::V1"]
    shop.call("DELETE", f"catalog-items/{of}")
    assert ids(shop, "catalog-variants") == []


def test_an_item_says_its_categories_when_it_is_made(shop: World) -> None:
    category = {"type": "catalog-category", "attributes": {"external_id": "C", "name": "C"}}
    bulk(shop, "category", "create", [category])
    key = "$custom:::$default:::C"
    data = {**item(1), "relationships": {"categories": {"data": [{"type": "catalog-category", "id": key}]}}}
    shop.call("POST", "catalog-items", {"data": data})
    assert ids(shop, f"catalog-categories/{key}/items") == ["$custom:::$default:::I1"]


def key(external_id: str) -> str:
    return f"$custom:::$default:::{external_id}"


def test_lists_are_narrowed_by_ids_and_by_what_holds_them(shop: World) -> None:
    bulk(shop, "item", "create", [item(number) for number in range(4)])
    bulk(shop, "variant", "create", [variant(1, key("I1")), variant(2, key("I2"))])
    for name, inside in (("C", [key("I1"), key("I2")]), ("D", [key("I2")])):
        data = {"type": "catalog-category", "attributes": {"external_id": name, "name": name}}
        relation = {"items": {"data": [{"type": "catalog-item", "id": one} for one in inside]}}
        shop.call("POST", "catalog-categories", {"data": {**data, "relationships": relation}})
    two = f"any(ids,['{key('I2')}','{key('I3')}','nothing'])"
    assert ids(shop, f"catalog-items?filter={two}") == [key("I2"), key("I3")]
    assert ids(shop, f"catalog-items?filter=equals(category.id,'{key('C')}'),{two}") == [key("I2")]
    assert ids(shop, f"catalog-categories/{key('C')}/items?filter={two}") == [key("I2")]
    assert ids(shop, f"catalog-categories?filter=equals(item.id,'{key('I1')}')") == [key("C")]
    assert ids(shop, f"catalog-items/{key('I2')}/categories?filter=contains(name,'D')") == [key("D")]
    assert ids(shop, f"catalog-variants?filter=equals(item.id,'{key('I2')}')") == [key("V2")]


def test_a_relation_is_not_added_twice(shop: World) -> None:
    bulk(shop, "item", "create", [item(1), item(2)])
    bulk(shop, "category", "create", [{"type": "catalog-category", "attributes": {"external_id": "C", "name": "C"}}])
    links = f"catalog-categories/{key('C')}/relationships/items"
    one, two = ({"type": "catalog-item", "id": key(name)} for name in ("I1", "I2"))
    shop.call("POST", links, {"data": [one]})
    assert shop.ask("POST", links, {"data": [one, two]}).status_code == 409
    assert ids(shop, f"catalog-categories/{key('C')}/items") == [key("I1")]
