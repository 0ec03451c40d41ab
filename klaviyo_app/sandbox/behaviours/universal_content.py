"""Universal content: blocks that templates share.

Source: Klaviyo's API descriptions: the text and html blocks whole; of the other five that may be written since 2026
only that they have data. Ids of 32 hexadecimal digits, and a content that comes back as it was given: recorded
answers. That a block stays of its type: concluded.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.bodies import (
    Shape,
    Wrong,
    anything,
    by,
    choice,
    flag,
    nullable,
    obj,
    real,
    text,
    whole,
)
from klaviyo_app.sandbox.behaviours.call import Call, Reply, Thing, invalid, needed
from klaviyo_app.sandbox.behaviours.campaigns import check

KIND = "template-universal-content"
OTHERS = ("button", "drop_shadow", "horizontal_rule", "image", "spacer")
MORE_BLOCKS_SINCE = "2025-10-15"  # concluded: between 2025-01-15 (text and html) and 2026-07-15 (seven)
_BORDERS = ("dashed", "dotted", "groove", "inset", "none", "outset", "ridge", "solid")
_DISPLAY = obj(
    {},
    {
        "show_on": nullable(choice("all", "desktop", "mobile")),
        "visible_check": nullable(text()),
        "content_repeat": nullable(obj({"repeat_for": text(), "item_alias": text()})),
    },
)
_WHOLE = (
    *(f"block_{one}" for one in ("border_width", *(f"padding_{side}" for side in ("bottom", "left", "right", "top")))),
    *(f"inner_padding_{side}" for side in ("bottom", "left", "right", "top")),
    "font_size",
    "letter_spacing",
)
_TEXTS = (
    *("background_color", "block_background_color", "block_border_color", "color"),
    *("extra_css_class", "font_family", "font_weight", "text_decoration"),
)
_STYLES = obj(
    {},
    {
        **dict.fromkeys(_WHOLE, nullable(whole)),
        **dict.fromkeys(_TEXTS, nullable(text())),
        "block_border_style": nullable(choice(*_BORDERS)),
        "font_style": nullable(choice("italic", "normal")),
        "line_height": nullable(real),
        "mobile_stretch_content": nullable(flag),
        "text_align": nullable(choice("center", "left", "right")),
        "text_table_layout": nullable(choice("auto", "fixed", "inherit", "initial")),
    },
)


def _block(data: Shape) -> Shape:
    return obj({"content_type": choice("block"), "type": anything, "data": data})


_HTML = _block(obj({"content": text(), "display_options": _DISPLAY}))
_TEXT = _block(obj({"content": text(), "display_options": _DISPLAY, "styles": _STYLES}))


def _definition(call: Call) -> Shape:
    others = OTHERS if call.revision >= MORE_BLOCKS_SINCE else ()
    return by("type", {"html": _HTML, "text": _TEXT, **dict.fromkeys(others, _block(_object))})


def _object(value: Any, pointer: str) -> Iterator[Wrong]:
    if not isinstance(value, Mapping):
        yield Wrong(pointer, "'data' must be an object.")


def create_universal_content(call: Call) -> Reply:
    """POST /api/template-universal-content: 201."""
    check(list(obj({"name": text(least=1), "definition": _definition(call)})(call.attributes, "/data/attributes")))
    kept = {
        **call.attributes,
        "created": call.stamp,
        "updated": call.stamp,
        "screenshot_status": "never_generated",
        "screenshot_url": "",
    }
    content = Thing(KIND, call.new_id(KIND), kept)
    call.things.put(content)
    return Reply(201, content)


def update_universal_content(call: Call) -> Reply:
    """PATCH /api/template-universal-content/{id}: 200; null leaves a part as it is."""
    content = needed(call, KIND, call.path["id"])
    shape = obj({}, {"name": nullable(text(least=1)), "definition": nullable(_definition(call))})
    check(list(shape(call.attributes, "/data/attributes")))
    changed = {name: one for name, one in call.attributes.items() if one is not None}
    kept = content.attributes["definition"]["type"]
    if changed.get("definition", {"type": kept})["type"] != kept:
        raise invalid("The type of a block cannot be changed.", "/data/attributes/definition/type")
    content.attributes = {**content.attributes, **changed, "updated": call.stamp}
    call.things.put(content)
    return Reply(200, content)
