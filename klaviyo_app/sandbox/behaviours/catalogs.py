"""Catalogs: items, their variants, and categories. Their ids are made of their external ids.

Source: Klaviyo's API descriptions: what each needs, a variant belongs to one item, categories hold items, what lists
can be narrowed by. That a relation cannot be added twice: recorded. That an item takes its variants with it when it is
deleted, and prices and stock below nothing are refused: concluded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours import plain
from klaviyo_app.sandbox.behaviours.bodies import Shape, Wrong, anything, choice, flag, items, nullable, obj, real, text
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, conflict, needed
from klaviyo_app.sandbox.behaviours.campaigns import check


def _object(value: Any, pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, Mapping):
        yield Wrong(pointer, "It must be an object.")


def _amount(value: Any, pointer: str) -> Iterator[Wrong]:
    wrong = list(real(value, pointer))
    yield from wrong or ([Wrong(pointer, "It must be at least 0.")] if value < 0 else [])


_WHOSE: Mapping[str, Shape] = {"integration_type": choice("$custom"), "catalog_type": nullable(text())}
_SHOWN: Mapping[str, Shape] = {
    "image_full_url": nullable(text()),
    "image_thumbnail_url": nullable(text()),
    "images": nullable(items(text())),
    "custom_metadata": nullable(_object),
    "published": nullable(flag),
}
_ITEM: Mapping[str, Shape] = {"title": text(least=1), "description": text(), "url": text(least=1)}
_VARIANT: Mapping[str, Shape] = {**_ITEM, "sku": text(least=1), "inventory_quantity": _amount, "price": _amount}
_MORE: Mapping[str, Mapping[str, Shape]] = {
    "catalog-item": {**_SHOWN, "price": nullable(_amount)},
    "catalog-variant": {**_SHOWN, "inventory_policy": nullable(choice(0, 1, 2))},
    "catalog-category": {},
}
_NEEDED: Mapping[str, Mapping[str, Shape]] = {
    "catalog-item": _ITEM,
    "catalog-variant": _VARIANT,
    "catalog-category": {"name": text(least=1)},
}
# operation -> the kind that it lists, and what its path narrows it by
LISTS: Mapping[str, tuple[str, str]] = {
    "get_catalog_items": ("catalog-item", ""),
    "get_catalog_variants": ("catalog-variant", ""),
    "get_catalog_categories": ("catalog-category", ""),
    "get_items_for_catalog_category": ("catalog-item", "category.id"),
    "get_categories_for_catalog_item": ("catalog-category", "item.id"),
    "get_variants_for_catalog_item": ("catalog-variant", "item.id"),
}
# relation of a new thing's body -> where it is kept
_KEPT: Mapping[str, Mapping[str, str]] = {"catalog-item": {"categories": "items"}, "catalog-category": {"items": ""}}


def new_shape(kind: str) -> Shape:
    """What the attributes of a new one are."""
    return obj({"external_id": text(least=1), **_NEEDED[kind]}, {**_MORE[kind], **_WHOSE})


def changed_shape(kind: str) -> Shape:
    """What the attributes of a change are: any of them, but never its external id."""
    known = {name: nullable(shape) for name, shape in _NEEDED[kind].items()}
    return obj({}, {**known, **_MORE[kind], "attributes": anything})


def make(call: Call, data: Mapping[str, Any], pointer: str = "/data/attributes") -> Thing:
    """Keep a new one with its relations. Raises Refused: 409 for an external id that is taken."""
    kind = str(data["type"])
    thing = plain.made(kind, data["attributes"], call.stamp)
    if call.things.get(kind, thing.id):
        raise conflict(f"A {kind} with the id {thing.id} exists already.", f"{pointer}/external_id")
    related = {name: one.get("data") for name, one in (data.get("relationships") or {}).items()}
    item = None
    if kind == "catalog-variant":
        item = needed(call, "catalog-item", str((related.get("item") or {}).get("id")))
        thing.relationships["item"] = item.id
    call.things.put(thing)
    if item is not None:
        call.things.link("catalog-item", item.id, "variants", {thing.id: call.stamp})
    _relate(call, thing, related)
    return thing


def _relate(call: Call, thing: Thing, related: Mapping[str, Any]) -> None:
    for name, kept in _KEPT.get(thing.kind, {}).items():
        for one in related.get(name) or []:
            other = needed(call, "catalog-category" if kept else "catalog-item", str(one["id"]))
            holder, held = (other, thing) if kept else (thing, other)
            call.things.link("catalog-category", holder.id, "items", {held.id: call.stamp})


def alter(call: Call, data: Mapping[str, Any]) -> Thing:
    """Change one; relations in the body replace those that were. Raises Refused (404)."""
    thing = needed(call, str(data["type"]), str(data["id"]))
    plain.change(thing, data.get("attributes") or {}, call.stamp)
    call.things.put(thing)
    related = {name: one.get("data") for name, one in (data.get("relationships") or {}).items()}
    if thing.kind == "catalog-category" and "items" in related:
        call.things.unlink(thing.kind, thing.id, "items")
    if thing.kind == "catalog-item" and "categories" in related:
        for category in call.things.holders("catalog-category", "items", thing.id):
            call.things.unlink("catalog-category", category, "items", [thing.id])
    _relate(call, thing, related)
    return thing


def remove(call: Call, kind: str, id_: str) -> None:
    """Forget one; an item's variants go with it. Raises Refused (404)."""
    thing = needed(call, kind, id_)
    if kind == "catalog-item":
        for variant in list(call.things.linked(kind, thing.id, "variants")):
            call.things.drop("catalog-variant", variant)
    call.things.drop(kind, thing.id)


def listed(call: Call) -> Reply:
    """GET of many, narrowed by `ids`, `category.id` and `item.id`; the engine does the other filters."""
    kind, of = LISTS[call.operation]
    wanted = [(field, value) for field, _, value in call.filters if field in ("ids", "category.id", "item.id")]
    if of:
        wanted.append((of, needed(call, f"catalog-{of.removesuffix('.id')}", call.path["id"]).id))
    if not wanted:
        return Reply(200, things=call.things.all(kind))
    several = [list(value) if field == "ids" else list(_inside(call, kind, value)) for field, value in wanted]
    kept = [one for one in dict.fromkeys(several[0]) if all(one in others for others in several[1:])]
    return Reply(200, things=call.things.some(kind, kept))


def _inside(call: Call, kind: str, other: str) -> Iterable[str]:
    """Ids of a category's items, of an item's categories or of its variants."""
    if kind == "catalog-category":
        return call.things.holders(kind, "items", other)
    holder = {"catalog-item": "catalog-category", "catalog-variant": "catalog-item"}[kind]
    return call.things.linked(holder, other, {"catalog-item": "items", "catalog-variant": "variants"}[kind])


def create(call: Call) -> Reply:
    """POST /api/catalog-items, -variants, -categories: 201."""
    check(list(new_shape(call.data["type"])(call.attributes, "/data/attributes")))
    return Reply(201, make(call, call.data))


def update(call: Call) -> Reply:
    """PATCH /api/catalog-items/{id}, -variants, -categories: 200."""
    check(list(changed_shape(call.data["type"])(call.attributes, "/data/attributes")))
    return Reply(200, alter(call, {**call.data, "id": call.path["id"]}))


def delete(call: Call) -> Reply:
    """DELETE /api/catalog-items/{id}, -variants, -categories: 204."""
    kinds = {"item": "catalog-item", "variant": "catalog-variant", "category": "catalog-category"}
    remove(call, kinds[call.operation.rpartition("_")[2]], call.path["id"])
    return Reply(204)
