"""Kinds that are kept as they come, with what Klaviyo adds to them and what it keeps to itself.

Source: Klaviyo's API descriptions of the answers. Other kinds need a behaviour to be made or changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from klaviyo_app.sandbox.behaviours.call import Thing


class _Kind(NamedTuple):
    """`times`: the names of when it was made and changed, "" where it does not say."""

    times: tuple[str, str] = ("created", "updated")
    first: Mapping[str, Any] = {}
    hidden: tuple[str, ...] = ()


_OF_CATALOGS = ("integration_type", "catalog_type")
_OF_THINGS: Mapping[str, Any] = dict.fromkeys(("price", "image_full_url", "image_thumbnail_url", "images"))
_SOLD: Mapping[str, Any] = {**_OF_THINGS, "custom_metadata": None, "published": True}
KINDS: Mapping[str, _Kind] = {
    "tag": _Kind(("", "")),
    "tag-group": _Kind(("", ""), {"exclusive": False, "default": False}),
    "template-universal-content": _Kind(first={"screenshot_status": "never_generated", "screenshot_url": ""}),
    "catalog-item": _Kind(first=_SOLD, hidden=_OF_CATALOGS),
    "catalog-variant": _Kind(first=_SOLD, hidden=_OF_CATALOGS),
    "catalog-category": _Kind(("", "updated"), hidden=_OF_CATALOGS),
}


def made(kind: str, new_id: str, attributes: Mapping[str, Any], stamp: str) -> Thing:
    """A new thing. Those of catalogs are named by their external id, others have the new one."""
    if kind.startswith("catalog-"):
        source, catalog = attributes.get("integration_type", "$custom"), attributes.get("catalog_type", "$default")
        new_id = f"{source}:::{catalog}:::{attributes['external_id']}"
    plain = KINDS[kind]
    thing = Thing(kind, new_id, {**plain.first, **({plain.times[0]: stamp} if plain.times[0] else {})})
    change(thing, attributes, stamp)
    return thing


def change(thing: Thing, attributes: Mapping[str, Any], stamp: str) -> None:
    """Take new values in; what is not shown is kept apart."""
    plain = KINDS[thing.kind]
    shown = {name: value for name, value in attributes.items() if name not in plain.hidden}
    thing.attributes = {**thing.attributes, **shown, **({plain.times[1]: stamp} if plain.times[1] else {})}
    thing.hidden = {**thing.hidden, **{name: attributes[name] for name in plain.hidden if name in attributes}}
