"""Universal content: blocks are checked, found by name, changed and given back as they were."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.sandbox.calls import error, names
from tests.sandbox_server import World

HTML = {
    "content_type": "block",
    "type": "html",
    "data": {"content": "<b>Hi</b>", "display_options": {"show_on": "all"}},
}
TEXT = {"content_type": "block", "type": "text", "data": {"content": "Hi", "display_options": {}, "styles": {}}}
WHERE = "template-universal-content"
AT = "/data/attributes/definition"


def body(definition: Any, name: str = "Footer", **more: Any) -> dict[str, Any]:
    return {"data": {"type": WHERE, "attributes": {"name": name, "definition": definition, **more}}}


def make(world: World, definition: Any = HTML, name: str = "Footer") -> dict[str, Any]:
    return dict(world.call("POST", WHERE, body(definition, name))["data"])


@pytest.mark.parametrize(
    "definition",
    [
        HTML,
        TEXT,
        {"content_type": "block", "type": "button", "data": {"content": "Go", "properties": {"href": "/"}}},
        {"content_type": "block", "type": "spacer", "data": {"styles": {"height": 20}}},
    ],
)
def test_a_block_is_given_back_as_it_was(world: World, definition: dict[str, Any]) -> None:
    made = make(world, definition)
    assert world.call("GET", f"{WHERE}/{made['id']}")["data"]["attributes"]["definition"] == definition
    assert re.fullmatch(r"[0-9a-f]{32}", made["id"])
    assert "relationships" not in made


@pytest.mark.parametrize(
    ("definition", "pointer"),
    [
        ("text", AT),
        ({**HTML, "type": "header"}, f"{AT}/type"),
        ({**HTML, "content_type": "section"}, f"{AT}/content_type"),
        ({**HTML, "data": {"display_options": {}}}, f"{AT}/data/content"),
        ({**HTML, "data": {**HTML["data"], "colour": 1}}, f"{AT}/data/colour"),
        (
            {**HTML, "data": {"content": "x", "display_options": {"show_on": "tv"}}},
            f"{AT}/data/display_options/show_on",
        ),
        ({**TEXT, "data": {**TEXT["data"], "styles": {"font_size": "big"}}}, f"{AT}/data/styles/font_size"),
        ({"content_type": "block", "type": "button"}, f"{AT}/data"),
    ],
)
def test_a_block_that_is_none_is_pointed_at(world: World, definition: Any, pointer: str) -> None:
    assert error(world.ask("POST", WHERE, body(definition)))["source"] == {"pointer": pointer}


def test_an_unknown_attribute_is_refused(world: World) -> None:
    answer = world.ask("POST", WHERE, body(HTML, screenshot_url="x"))
    assert error(answer)["source"] == {"pointer": "/data/attributes/screenshot_url"}


def test_only_text_and_html_could_be_written_at_first(world: World) -> None:
    button = {"content_type": "block", "type": "button", "data": {"content": "Go"}}
    assert world.ask("POST", WHERE, body(button), headers={"revision": "2025-01-15"}).status_code == 400
    assert world.ask("POST", WHERE, body(TEXT), headers={"revision": "2025-01-15"}).status_code == 201


def test_a_name_finds_its_block(world: World) -> None:
    make(world, name="Footer")
    make(world, TEXT, name="Header")
    assert names(world.call("GET", f"{WHERE}?filter=equals(name,%22Header%22)")) == ["Header"]
    assert names(world.call("GET", f"{WHERE}?filter=equals(definition.type,%22html%22)")) == ["Footer"]


def test_a_change_leaves_what_it_does_not_name_and_the_type(world: World) -> None:
    made = make(world)["id"]

    def change(**attributes: Any) -> Any:
        return world.ask("PATCH", f"{WHERE}/{made}", {"data": {"type": WHERE, "id": made, "attributes": attributes}})

    changed = change(name="Foot").json()["data"]["attributes"]
    assert (changed["name"], changed["definition"]) == ("Foot", HTML)
    assert error(change(definition=TEXT))["source"] == {"pointer": f"{AT}/type"}
    assert error(change(definition={**HTML, "data": {}}))["source"] == {"pointer": f"{AT}/data/content"}


def test_a_deleted_block_is_gone(world: World) -> None:
    made = make(world)["id"]
    assert world.ask("DELETE", f"{WHERE}/{made}").status_code == 204
    assert (
        error(world.ask("GET", f"{WHERE}/{made}"))["detail"] == f"A universal content with id `{made}` does not exist."
    )
