"""What pages, cursors and includes do at their edges; test_reading has the plain way."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from klaviyo_app.gateway.client import Client, Gateway
from klaviyo_app.gateway.query import Query
from tests.sandbox.calls import error, make_list, names
from tests.sandbox_server import World

HOST = "https://a.klaviyo.com"


@pytest.fixture
def three(world: World) -> list[str]:
    """The ids of three lists: A, B, C."""
    return [make_list(world, name) for name in "ABC"]


def _following(document: dict[str, Any]) -> str:
    """The path and query of the next page, as one asks for it through the gateway."""
    return str(document["links"]["next"]).removeprefix(f"{HOST}/api/")


@pytest.mark.parametrize("size", ["0", "ten", "-1", ""])
def test_a_page_size_that_is_none_is_400(world: World, size: str) -> None:
    answer = world.ask("GET", f"lists?page[size]={size}")
    assert (answer.status_code, error(answer)["source"]) == (400, {"parameter": "page[size]"})


def test_what_is_made_between_two_pages_takes_nothing_from_the_second(world: World, three: list[str]) -> None:
    first = world.call("GET", "lists?sort=name&page[size]=2")
    make_list(world, "AA")
    assert [one["id"] for one in world.call("GET", _following(first))["data"]] == three[2:]


@pytest.mark.parametrize("cursor", ["W10", "WzEsMiwzLDRd", "W1sxXSwxXQ", "%20"])
def test_a_cursor_of_another_make_is_400(world: World, cursor: str) -> None:
    answer = world.ask("GET", f"lists?page[cursor]={cursor}")
    assert (answer.status_code, error(answer)["source"]) == (400, {"parameter": "page[cursor]"})


def test_the_link_to_the_next_page_keeps_the_question(world: World, three: list[str]) -> None:
    links = world.call("GET", "lists?sort=-name&page[size]=1")["links"]
    assert set(links) == {"self", "next", "prev"}
    asked = dict(parse_qsl(urlsplit(links["next"]).query))
    assert asked.pop("page[cursor]")
    assert asked == {"sort": "-name", "page[size]": "1"}


def test_the_link_to_the_page_after_next_has_one_cursor(world: World, three: list[str]) -> None:
    second = world.call("GET", _following(world.call("GET", "lists?page[size]=1")))
    assert [name for name, _ in parse_qsl(urlsplit(_following(second)).query)].count("page[cursor]") == 1


def test_an_include_of_nothing_is_an_empty_list(world: World, three: list[str]) -> None:
    document = world.call("GET", "lists?include=tags")
    assert document["included"] == []
    assert [one["relationships"]["tags"]["data"] for one in document["data"]] == [[]] * len(three)


@pytest.mark.parametrize(
    "query", ["page[number]=2", "limit=5", "filter[name]=x", "additional-fields[list]=profile_count"]
)
def test_an_unknown_part_of_the_query_is_400_and_named(world: World, query: str) -> None:
    answer = world.ask("GET", f"lists?{query}")
    assert (answer.status_code, set(error(answer)["source"])) == (400, {"parameter"})


def test_our_own_client_walks_through_all_pages(world: World, three: list[str]) -> None:
    client = Client(Gateway(world.sandbox.url, world.sandbox.url, world.key, "2026-07-15"), world.connection_id)
    walked = list(client.items("get_lists", query=Query(sort="-name", page_size=2)))
    assert names({"data": walked}) == ["C", "B", "A"]
    assert world.count("get_lists") == 2
