"""Images in the sandbox, as Klaviyo's descriptions say."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as some

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.wire import Form, prepare
from klaviyo_app.sandbox import posted
from klaviyo_app.sandbox.behaviours import Thing
from klaviyo_app.sandbox.behaviours.images import FILE_POINTER, LARGEST, POINTER
from klaviyo_app.sandbox.routes import Match
from klaviyo_app.sandbox.wire import Request
from tests.sandbox.calls import error
from tests.sandbox.shop import Shop
from tests.sandbox_server import World

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


def test_a_file_in_a_form_is_kept_under_its_own_name_or_the_one_given(world: World) -> None:
    picture = HEADS["gif"] + bytes(range(256)) + b"\r\n--\r\n\n\r"
    for texts in ({}, {"name": "Hütte", "hidden": "true"}):
        assert world.upload("image-upload", texts, {"file": ("ridge 2.gif", picture)}).status_code == 201
    kept = [one["attributes"] for one in world.call("GET", "images?sort=id")["data"]]
    assert [(one["name"], one["hidden"]) for one in kept] == [("ridge 2", False), ("Hütte", True)]
    assert {(one["format"], one["size"]) for one in kept} == {("gif", len(picture))}


@pytest.mark.parametrize(
    ("texts", "files", "pointer"),
    [
        ({"file": "no file"}, {"name": ("a.txt", b"x")}, FILE_POINTER),
        ({}, {"name": ("a.txt", b"x")}, FILE_POINTER),
        ({}, {"file": ("a.svg", b"<svg/>")}, FILE_POINTER),
        ({}, {"file": ("a.png", HEADS["png"] + b"\0" * LARGEST)}, FILE_POINTER),
        ({"hidden": "perhaps"}, {"file": ("a.png", HEADS["png"])}, "/data/attributes/hidden"),
        ({"colour": "red"}, {"file": ("a.png", HEADS["png"])}, "/data/attributes/colour"),
    ],
    ids=["a text", "no file", "svg", "too large", "hidden", "unknown field"],
)
def test_a_form_that_is_wrong_is_refused_where_it_is_wrong(
    world: World, texts: dict[str, str], files: dict[str, tuple[str, bytes]], pointer: str
) -> None:
    answer = world.upload("image-upload", texts, files)
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": pointer})
    assert world.call("GET", "images")["data"] == []


def test_an_upload_that_is_no_form_is_an_unsupported_media_type(world: World) -> None:
    assert world.ask("POST", "image-upload", {"data": {"type": "image"}}).status_code == 415


@given(content=some.binary(), name=some.text(some.characters(exclude_categories=["C", "Z"]), min_size=1))
def test_a_form_that_our_client_writes_is_read_back_to_the_byte(content: bytes, name: str) -> None:
    operation = OPERATIONS["upload_image_from_file"]
    form = Form(texts={"name": name}, files={"file": ("image.png", content, "image/png")})
    sent = prepare(operation, base="http://localhost", ids={}, body=form, connection_id="c")
    headers = {key.lower(): value for key, value in sent.headers.items()}
    read = posted.read(Request("POST", operation.path, "", headers, sent.body or b""), Match(operation, {}), "")
    assert read == {"data": {"attributes": {"name": name}}, "files": {"file": ("image.png", content)}}
