"""Faults on demand: what strikes, when it strikes, and whether the call was accepted all the same."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
import requests

from klaviyo_app.sandbox.faults import Faults, Order
from tests.sandbox.calls import make_list, names
from tests.sandbox_server import World

NEW = {"data": {"type": "list", "attributes": {"name": "Snow"}}}


def _broken(world: World) -> None:
    with pytest.raises(requests.RequestException):
        world.ask("POST", "lists", NEW)


@pytest.mark.parametrize(("fault", "status"), [("429", 429), ("500", 500), ("503", 503), ("401", 401), ("403", 403)])
def test_a_refusal_strikes_once_and_nothing_is_accepted(world: World, fault: str, status: int) -> None:
    world.fault("create_list", fault)
    assert world.ask("POST", "lists", NEW).status_code == status
    assert world.call("GET", "lists")["data"] == []
    assert world.ask("POST", "lists", NEW).status_code == 201


def test_a_line_cut_before_acceptance_leaves_nothing(world: World) -> None:
    world.fault("create_list", "reset-before")
    _broken(world)
    assert (world.call("GET", "lists")["data"], world.count("create_list")) == ([], 1)


@pytest.mark.parametrize("fault", ["reset-after", "truncated"])
def test_a_line_cut_after_acceptance_leaves_what_was_made(world: World, fault: str) -> None:
    world.fault("create_list", fault)
    _broken(world)
    assert (names(world.call("GET", "lists")), world.count("create_list")) == (["Snow"], 1)


def test_a_call_may_be_accepted_long_after_its_line_was_cut(world: World) -> None:
    world.fault("create_list", "late", seconds=0.5)
    _broken(world)
    assert world.call("GET", "lists")["data"] == []
    until = time.monotonic() + 5
    while not world.call("GET", "lists")["data"] and time.monotonic() < until:
        time.sleep(0.05)
    assert names(world.call("GET", "lists")) == ["Snow"]


def test_a_hanging_line_ends_without_an_answer(world: World) -> None:
    world.fault("create_list", "hang-after", seconds=0.3)
    begun = time.monotonic()
    _broken(world)
    assert time.monotonic() - begun >= 0.3
    assert names(world.call("GET", "lists")) == ["Snow"]


def test_latency_goes_with_another_fault(world: World) -> None:
    world.fault("get_lists", "latency", seconds=0.3)
    world.fault("get_lists", "500")
    begun = time.monotonic()
    assert world.ask("GET", "lists").status_code == 500
    assert time.monotonic() - begun >= 0.3


@pytest.mark.parametrize(
    ("fault", "sign"),
    [
        ("html", lambda answer: answer.text.startswith("<!DOCTYPE html>")),
        ("redirect", lambda answer: answer.status_code == 302),
        ("malformed", lambda answer: answer.text.endswith(",}")),
        ("empty", lambda answer: answer.content == b""),
        ("wrong-id", lambda answer: answer.json()["data"]["id"].endswith("ZZ")),
        ("429-maton", lambda answer: set(answer.json()) == {"message"} and "Retry-After" not in answer.headers),
        ("500-after", lambda answer: set(answer.json()) == {"message"} and answer.status_code == 500),
    ],
)
def test_an_answer_that_is_not_what_was_hoped_for(
    world: World, fault: str, sign: Callable[[requests.Response], bool]
) -> None:
    kept = make_list(world, "Snow")
    world.fault("get_list", fault)
    assert sign(world.ask("GET", f"lists/{kept}"))


def test_an_order_waits_for_its_turn_and_strikes_so_many_times(world: World) -> None:
    world.fault("get_lists", "503", nth=2, times=2)
    assert [world.ask("GET", "lists").status_code for _ in range(4)] == [200, 503, 503, 200]


def test_orders_are_used_up_in_the_order_in_which_they_were_placed(world: World) -> None:
    world.fault("*", "503")
    world.fault("get_lists", "500")
    assert [world.ask("GET", "lists").status_code for _ in range(3)] == [503, 500, 200]


def test_a_fault_strikes_its_own_key_alone(world: World) -> None:
    other = world.sandbox.world()
    other.fault("get_lists", "500")
    assert world.ask("GET", "lists").status_code == 200
    assert [one["operation"] for one in other.unused_faults()] == ["get_lists"]
    world.sandbox.tell("faults", "DELETE", key=other.key)
    assert other.ask("GET", "lists").status_code == 200


def test_the_same_seed_strikes_the_same_calls() -> None:
    def struck(seed: int) -> list[bool]:
        faults = Faults()
        faults.place(Order("key", "500", probability=0.5, seed=seed, times=50))
        return [bool(faults.take("key", "get_lists")) for _ in range(50)]

    assert struck(7) == struck(7)
    assert struck(7) != struck(8)
    assert 10 < sum(struck(7)) < 40


def test_connections_can_be_struck_too(world: World) -> None:
    world.fault("create_connection", "reset-after")
    before = len(world.control("GET").json()["connections"])
    with pytest.raises(requests.RequestException):
        world.control("POST", json={"app": "klaviyo"})
    assert len(world.control("GET").json()["connections"]) == before + 1


def test_an_unknown_fault_is_refused(world: World) -> None:
    with pytest.raises(RuntimeError, match="fault must be one of"):
        world.fault("get_lists", "earthquake")
