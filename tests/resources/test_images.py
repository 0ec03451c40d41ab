"""Images over HTTP against the sandbox: found, looked at, uploaded, renamed, hidden."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from dashboard.audit.models import Entry
from dashboard.teams.models import User
from klaviyo_app.resources.images.services import LARGEST_FILE
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 100


def make(world: World, address: str, **attributes: Any) -> str:
    data = {"type": "image", "attributes": {"import_from_url": address, **attributes}}
    return str(world.call("POST", "images", {"data": data})["data"]["id"])


def kept(world: World) -> list[dict[str, Any]]:
    return [one["attributes"] for one in world.call("GET", "images")["data"]]


def seen_on(page: Any) -> str:
    return re.search(r'name="seen" value="(\w+)"', page.content.decode())[1]  # type: ignore[index]


@pytest.fixture
def tent(world: World, account: Any) -> str:
    return make(world, "https://www.example.com/tent.png")


def test_an_account_without_images_says_what_belongs_there(browse: Any) -> None:
    assert "No images yet." in browse("images/").content.decode()


def test_images_are_found_by_part_of_the_name_and_by_what_is_hidden(world: World, tent: str, browse: Any) -> None:
    make(world, "https://www.example.com/mug.gif", hidden=True)
    assert "tent" in (page := browse("images/?q=ten").content.decode())
    assert "mug" not in page
    assert "mug" in (page := browse("images/?hidden=yes").content.decode())
    assert ">tent<" not in page


def test_an_image_shows_its_address_and_its_picture_in_a_frame_that_can_do_nothing(
    world: World, tent: str, browse: Any
) -> None:
    where = kept(world)[0]["image_url"]
    page = browse(f"images/{tent}/")
    assert f'value="{where}"' in page.content.decode()
    assert "https:" not in page.headers["Content-Security-Policy"].partition("img-src")[2].partition(";")[0]
    frame = browse(f"images/{tent}/picture/")
    assert f'src="{where}"' in frame.content.decode()
    policy = frame.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy


def test_a_file_is_uploaded_under_its_own_name(world: World, account: Any, browse: Any) -> None:
    answer = browse("images/new/", {"file": SimpleUploadedFile("Ridge 2.png", PNG)})
    assert answer.status_code == 303
    (image,) = kept(world)
    assert (image["name"], image["format"], image["size"]) == ("Ridge 2", "png", len(PNG))
    assert Entry.objects.get(action="image.uploaded").target == "Ridge 2"


def test_an_image_is_brought_from_an_address(world: World, account: Any, browse: Any) -> None:
    assert browse("images/new/", {"address": "https://www.example.com/a.jpg", "name": "Hut"}).status_code == 303
    assert [(one["name"], one["format"]) for one in kept(world)] == [("Hut", "jpeg")]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "one of the two"),
        ({"file": (b"<svg/>", "a.svg")}, "no JPEG, PNG or GIF"),
        ({"file": (PNG + b"\0" * LARGEST_FILE, "a.png")}, "5 MB at most"),
        ({"file": (PNG, "a.png"), "address": "https://www.example.com/a.jpg"}, "one of the two"),
    ],
    ids=["nothing", "another format", "too large", "both"],
)
def test_what_klaviyo_would_refuse_is_refused_before_it_travels(
    world: World, account: Any, browse: Any, given: dict[str, Any], words: str
) -> None:
    data = {
        key: SimpleUploadedFile(value[1], value[0]) if isinstance(value, tuple) else value
        for key, value in given.items()
    }
    answer = browse("images/new/", data)
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert kept(world) == []


def test_an_address_without_a_picture_is_said_beside_it_and_stays_typed(account: Any, browse: Any) -> None:
    answer = browse("images/new/", {"address": "https://www.example.com/page", "name": "Hut"})
    page = answer.content.decode()
    assert answer.status_code in (400, 422)
    assert "could not be fetched" in page
    assert 'value="https://www.example.com/page"' in page


def test_an_image_is_renamed_and_hidden(world: World, tent: str, browse: Any) -> None:
    form = browse(f"images/{tent}/edit/")
    answer = browse(f"images/{tent}/edit/", {"name": "Ridge", "hidden": "on", "seen": seen_on(form)})
    assert answer.status_code == 303
    assert [(one["name"], one["hidden"]) for one in kept(world)] == [("Ridge", True)]
    assert Entry.objects.get(action="image.changed").target == "Ridge"


def test_a_change_made_elsewhere_is_shown_before_it_is_overwritten(world: World, tent: str, browse: Any) -> None:
    seen = seen_on(browse(f"images/{tent}/edit/"))
    data = {"type": "image", "id": tent, "attributes": {"name": "Theirs"}}
    world.call("PATCH", f"images/{tent}", {"data": data})
    answer = browse(f"images/{tent}/edit/", {"name": "Ours", "seen": seen})
    assert answer.status_code == 409
    assert "Theirs" in answer.content.decode()
    assert [one["name"] for one in kept(world)] == ["Theirs"]


def test_a_failing_gateway_is_said_in_the_place_of_the_table(world: World, account: Any, browse: Any) -> None:
    world.fault("get_images", "503", times=3)
    assert "Klaviyo" in browse("images/").content.decode()


def test_a_viewer_uploads_nothing(world: World, account: Any, browse: Any, vera: User) -> None:
    assert browse("images/new/", {"address": "https://www.example.com/a.jpg"}, user=vera).status_code == 403
    assert kept(world) == []
