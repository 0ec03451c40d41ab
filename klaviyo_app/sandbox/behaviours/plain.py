"""Things of catalogs as they are kept: as they come, with what Klaviyo adds to them and what it keeps to itself.

Source: Klaviyo's API descriptions of the answers.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.call import Thing

_HIDDEN = ("integration_type", "catalog_type")
_OF_THINGS: Mapping[str, Any] = dict.fromkeys(("price", "image_full_url", "image_thumbnail_url", "images"))
_SOLD: Mapping[str, Any] = {**_OF_THINGS, "custom_metadata": None, "published": True}
_CATEGORY = "catalog-category"


def made(kind: str, attributes: Mapping[str, Any], stamp: str) -> Thing:
    """A new thing, named by its external id."""
    source, catalog = attributes.get("integration_type", "$custom"), attributes.get("catalog_type", "$default")
    first = {} if kind == _CATEGORY else {**_SOLD, "created": stamp}
    thing = Thing(kind, f"{source}:::{catalog}:::{attributes['external_id']}", first)
    change(thing, attributes, stamp)
    return thing


def change(thing: Thing, attributes: Mapping[str, Any], stamp: str) -> None:
    """Take new values in; what is not shown is kept apart."""
    shown = {name: value for name, value in attributes.items() if name not in _HIDDEN}
    thing.attributes = {**thing.attributes, **shown, "updated": stamp}
    thing.hidden = {**thing.hidden, **{name: attributes[name] for name in _HIDDEN if name in attributes}}
