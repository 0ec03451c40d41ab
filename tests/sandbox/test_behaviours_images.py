"""Images in the sandbox, as Klaviyo's descriptions say."""

from __future__ import annotations

import base64
from typing import Any

import pytest

from klaviyo_app.sandbox.behaviours import Thing
from klaviyo_app.sandbox.behaviours.images import LARGEST, POINTER
from tests.sandbox.shop import Shop

HEADS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff\xe0", "gif": b"GIF89a"}


def upload(shop: Shop, address: str, **attributes: Any) -> Thing:
    """The image that comes of an address."""
    made = shop.do("upload_image_from_url", {"attributes": {"import_from_url": address, **attributes}}).thing
    assert made is not None
    return made


def written(picture: bytes) -> str:
    """A picture as a data-uri."""
    return f"data:image/png;base64,{base64.b64encode(picture).decode()}"


@pytest.mark.parametrize("kind", HEADS)
def test_a_picture_in_the_body_is_known_by_what_it_is_not_by_what_it_says(shop: Shop, kind: str) -> None:
    picture = HEADS[kind] + b"\0" * 50
    shown = upload(shop, written(picture), name="Tent").attributes
    assert (shown["format"], shown["size"], shown["name"], shown["hidden"]) == (kind, len(picture), "Tent", False)
    assert shown["image_url"].endswith(f".{kind}")


def test_an_image_from_an_address_is_named_by_its_file(shop: Shop) -> None:
    shown = upload(shop, "https://www.example.com/shop/ridge-2.jpg?v=3", hidden=True).attributes
    assert (shown["name"], shown["format"], shown["hidden"]) == ("ridge-2", "jpeg", True)


def test_a_name_that_is_taken_gets_a_suffix(shop: Shop) -> None:
    address = "https://www.example.com/tent.png"
    assert [upload(shop, address).attributes["name"] for _ in range(3)] == ["tent", "tent_1", "tent_2"]


@pytest.mark.parametrize(
    "address",
    [
        "ftp://www.example.com/tent.png",
        "https://www.example.com/tent.svg",
        "tent.png",
        written(b"<svg/>"),
        "data:text/html;base64,aGk=",
        "data:image/png;base64,?",
        written(HEADS["png"] + b"\0" * LARGEST),
    ],
    ids=["scheme", "format", "no address", "svg", "html", "no base-64", "too large"],
)
def test_what_gives_no_picture_is_refused_with_a_pointer_to_the_address(shop: Shop, address: str) -> None:
    refused = shop.refused("upload_image_from_url", {"attributes": {"import_from_url": address}})
    assert (refused.status, refused.errors[0][1]) == (400, {"pointer": POINTER})
    assert shop.things.count("image") == 0


def test_an_image_is_renamed_and_hidden_and_keeps_the_rest(shop: Shop) -> None:
    image = upload(shop, "https://www.example.com/tent.png")
    before = dict(image.attributes)
    shop.later(60)
    changed = shop.do("update_image", {"id": image.id, "attributes": {"name": "Tent", "hidden": True}}, id=image.id)
    assert changed.thing is not None
    shown = changed.thing.attributes
    assert (shown["name"], shown["hidden"]) == ("Tent", True)
    assert shown["updated_at"] > before["updated_at"]
    assert {name: shown[name] for name in ("image_url", "format", "size")} == {
        name: before[name] for name in ("image_url", "format", "size")
    }


def test_an_image_keeps_its_own_name_without_a_suffix(shop: Shop) -> None:
    image = upload(shop, "https://www.example.com/tent.png")
    same = {"id": image.id, "attributes": {"name": "tent", "hidden": None}}
    changed = shop.do("update_image", same, id=image.id).thing
    assert changed is not None
    assert (changed.attributes["name"], changed.attributes["hidden"]) == ("tent", False)


def test_an_unknown_image_cannot_be_changed(shop: Shop) -> None:
    assert shop.refused("update_image", {"id": "77", "attributes": {"name": "x"}}, id="77").status == 404
