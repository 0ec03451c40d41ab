"""What the demo's shops sell, as their catalogs: each product new and mended, some in colours, sorted by use."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from klaviyo_app.sandbox.behaviours import plain
from klaviyo_app.sandbox.behaviours.call import Thing
from klaviyo_app.sandbox.data.shops import Product, Shop

Link = tuple[str, str, str, dict[str, str]]
_COLOURS: Mapping[str, tuple[str, ...]] = {
    "blanket": ("Moss", "Slate", "Chalk"),
    "cloth": ("White", "Flax"),
    "jacket": ("Small", "Medium", "Large"),
    "boot": ("38", "40", "42", "44"),
    "pack": ("Rust", "Pine"),
    "bag": ("Regular", "Long"),
    "mug": ("White", "Blue"),
}
_KINDS: Mapping[str, tuple[str, ...]] = {
    "Nights outside": ("tent", "bag", "lantern"),
    "To wear": ("jacket", "boot", "pack"),
    "Kitchen": ("mug", "kettle", "pan"),
    "Living": ("blanket", "candle", "cloth", "chair"),
}
MENDED = "Mended and sold on"


def _slug(text: str) -> str:
    return re.sub(r"[^A-Z0-9]+", "-", text.upper()).strip("-")


def make_catalog(shop: Shop, ago: Callable[[float], str]) -> Iterator[Thing | Link]:
    """Items, variants, categories, and the links between them. `ago`: so many days before now, as Klaviyo writes it."""
    inside: dict[str, list[str]] = {name: [] for name in (*_KINDS, MENDED)}
    for number, product in enumerate(shop.products):
        for mended in (False, True):
            made = ago(500 - 17 * number - 9 * mended)
            item = plain.made("catalog-item", _sold(shop, product, mended=mended), made)
            yield item
            kind = next(name for name, pictures in _KINDS.items() if product.picture in pictures)
            inside[kind].append(item.id)
            if mended:
                inside[MENDED].append(item.id)
                continue
            variants = [_variant(item, one, place, made) for place, one in enumerate(_COLOURS.get(product.picture, ()))]
            yield from variants
            yield ("catalog-item", item.id, "variants", {one.id: made for one in variants})
    for name, items in inside.items():
        category = plain.made("catalog-category", {"external_id": _slug(name), "name": name}, ago(510))
        yield category
        yield ("catalog-category", category.id, "items", dict.fromkeys(items, ago(400)))


def _sold(shop: Shop, product: Product, *, mended: bool) -> dict[str, object]:
    slug = _slug(product.name)
    return {
        "external_id": f"{slug}-MENDED" if mended else slug,
        "title": f"{product.name}, mended" if mended else product.name,
        "description": f"{product.words}. Came back, was mended by us." if mended else f"{product.words}.",
        "price": round(product.price * 0.6, 2) if mended else product.price,
        "url": f"{shop.website}/products/{slug.lower()}{'-mended' if mended else ''}",
        "image_full_url": f"{shop.website}/pictures/{product.picture}.jpg",
        "image_thumbnail_url": f"{shop.website}/pictures/{product.picture}-small.jpg",
        "published": not (mended and product.picture == "candle"),
        "custom_metadata": {"mended": mended},
    }


def _variant(item: Thing, name: str, place: int, made: str) -> Thing:
    sold = item.attributes
    attributes = {
        "external_id": f"{sold['external_id']}-{_slug(name)}",
        "title": f"{sold['title']}, {name.lower() if name.isalpha() else name}",
        "description": sold["description"],
        "sku": f"{sold['external_id'][:6]}-{place + 1:03}",
        "inventory_policy": 1,
        "inventory_quantity": float((len(str(sold["title"])) * 7 + place * 13) % 60),
        "price": sold["price"],
        "url": f"{sold['url']}?v={_slug(name).lower()}",
        "published": True,
    }
    variant = plain.made("catalog-variant", attributes, made)
    variant.relationships["item"] = item.id
    return variant
