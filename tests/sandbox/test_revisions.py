"""The revision that is asked for, and the one that answers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.sandbox.behaviours.call import Refused
from klaviyo_app.sandbox.revisions import check
from tests.sandbox.calls import error
from tests.sandbox_server import World

OPT_OUT = "X-Klaviyo-Revision-Fall-Forward-Opt-Out"


@pytest.mark.parametrize(
    ("asked", "served"),
    [("2024-10-15", "2025-01-15"), ("2025-01-15", "2025-01-15"), ("2026-07-15", "2026-07-15")],
)
def test_a_retired_revision_falls_forward_and_a_living_one_stays(world: World, asked: str, served: str) -> None:
    answer = world.ask("GET", "lists", headers={"revision": asked})
    assert answer.headers["X-Klaviyo-API-Revision"] == served


def test_a_retired_revision_is_gone_for_those_who_opt_out(world: World) -> None:
    answer = world.ask("GET", "lists", headers={"revision": "2024-10-15", OPT_OUT: "1"})
    assert answer.status_code == 410


@pytest.mark.parametrize("asked", [None, "2031-01-15", "2026-07-16", "newest"])
def test_no_revision_and_an_unknown_one_are_refused(world: World, asked: str | None) -> None:
    answer = world.ask("GET", "lists", headers={"revision": asked})
    assert (answer.status_code, error(answer)["source"]) == (400, {"parameter": "revision"})


def test_a_method_that_an_address_learned_later_has_no_revision_before(world: World) -> None:
    world.settings(oldest_revision="2024-10-15")
    told = error(world.ask("POST", "flows", {"data": {"type": "flow"}}, headers={"revision": "2024-10-15"}))
    assert (told["status"], told["detail"]) == (404, "No valid revisions found for method POST.")


def test_an_address_that_came_later_says_since_when_it_is_there() -> None:
    feeds = replace(OPERATIONS["get_lists"], path="/api/web-feeds", since="2025-04-15")
    with pytest.raises(Refused) as caught:
        check(feeds, "2025-01-15", "2025-01-15")
    assert (caught.value.status, "2025-04-15" in caught.value.errors[0][0]) == (400, True)


def test_the_border_can_be_moved(world: World) -> None:
    world.settings(oldest_revision="2024-10-15")
    answer = world.ask("GET", "lists", headers={"revision": "2024-10-15"})
    assert answer.headers["X-Klaviyo-API-Revision"] == "2024-10-15"


def test_every_answer_names_the_account_and_the_request(world: World) -> None:
    for path in ("lists", "lists/NoSuch"):
        headers = world.ask("GET", path).headers
        assert headers["cid"] == world.account_id
        assert headers["x-klaviyo-req-id"]
        assert headers["X-Request-Id"]


def test_links_to_first_and_last_are_gone_since_2026_04_15(world: World) -> None:
    world.settings(oldest_revision="2024-10-15")
    old = world.ask("GET", "lists", headers={"revision": "2024-10-15"}).json()["links"]
    new = world.ask("GET", "lists").json()["links"]
    assert ("first" in old, "first" in new) == (True, False)
