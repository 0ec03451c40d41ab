"""Maton's connections and the page on which a person consents."""

from __future__ import annotations

import re

import pytest
import requests

from tests.sandbox_server import Sandbox, World


@pytest.fixture
def two(sandbox: Sandbox) -> World:
    """A key with two Klaviyo accounts, the first connected."""
    return sandbox.world(accounts=2)


def _made(world: World) -> tuple[str, str]:
    """Id and link of a new connection."""
    made = world.control("POST", json={"app": "klaviyo"}).json()["connection_id"]
    return made, world.control("GET", f"/{made}").json()["connection"]["url"]


def _status(world: World, connection_id: str) -> str:
    return str(world.control("GET", f"/{connection_id}").json()["connection"]["status"])


def _press(link: str, answer: str = "allow", account: str = "") -> requests.Response:
    return requests.post(link, data={"answer": answer, "account": account}, timeout=5)


def test_creating_answers_with_the_id_alone(world: World) -> None:
    assert set(world.control("POST", json={"app": "klaviyo"}).json()) == {"connection_id"}


def test_a_new_connection_is_pending_and_has_a_link_here(world: World) -> None:
    made, link = _made(world)
    assert _status(world, made) == "PENDING"
    assert link.startswith(f"{world.sandbox.url}/connect/?session_token=")


def test_the_page_offers_every_account_by_name(two: World) -> None:
    page = requests.get(_made(two)[1], timeout=5).text
    assert all(one["name"].replace("&", "&amp;") in page for one in two.accounts)
    assert re.findall(r'<button[^>]*value="(\w+)"', page) == ["allow", "refuse"]
    assert "<script" not in page


def test_who_allows_is_connected_to_the_account_that_was_chosen(two: World) -> None:
    made, link = _made(two)
    assert "You may close this tab" in _press(link, account=two.accounts[1]["id"]).text
    assert _status(two, made) == "ACTIVE"
    answer = two.ask("GET", "accounts", headers={"Maton-Connection": made}).json()
    assert answer["data"][0]["id"] == two.accounts[1]["id"]


def test_who_refuses_leaves_a_failed_connection(world: World) -> None:
    made, link = _made(world)
    _press(link, "refuse")
    assert _status(world, made) == "FAILED"
    assert world.ask("GET", "accounts", headers={"Maton-Connection": made}).status_code == 400


def test_a_link_settles_once(world: World) -> None:
    made, link = _made(world)
    _press(link, "refuse")
    assert "settled" in _press(link, account=world.account_id).text
    assert _status(world, made) == "FAILED"


@pytest.mark.parametrize("how", ["order", "time"])
def test_a_link_runs_out_and_a_new_look_brings_a_fresh_one(world: World, how: str) -> None:
    made, link = _made(world)
    if how == "order":
        world.mode("expire-link", made)
    else:
        world.advance(1801)
    assert requests.get(link, timeout=5).status_code == 410
    assert _press(link, account=world.account_id).status_code == 410
    fresh = world.control("GET", f"/{made}").json()["connection"]["url"]
    assert requests.get(fresh, timeout=5).status_code == 200


def test_no_token_and_a_wrong_one_open_nothing(sandbox: Sandbox) -> None:
    codes = [
        requests.get(f"{sandbox.url}/connect/{query}", timeout=5).status_code for query in ("", "?session_token=x")
    ]
    assert codes == [410, 410]


def test_consent_can_reach_another_account_than_was_chosen(two: World) -> None:
    made, link = _made(two)
    two.mode(f"as-account:{two.accounts[1]['id']}", made)
    _press(link, account=two.accounts[0]["id"])
    answer = two.ask("GET", "accounts", headers={"Maton-Connection": made})
    assert answer.headers["cid"] == two.accounts[1]["id"]


def test_consent_can_stay_without_effect(world: World) -> None:
    made, link = _made(world)
    world.mode("stuck", made)
    _press(link, account=world.account_id)
    assert _status(world, made) == "PENDING"


def test_consent_can_fail(world: World) -> None:
    made, link = _made(world)
    world.mode("fail", made)
    _press(link, account=world.account_id)
    assert _status(world, made) == "FAILED"


def test_without_the_header_the_oldest_active_connection_is_used(two: World) -> None:
    two.connect(two.accounts[1]["id"])
    assert two.ask("GET", "accounts", headers={"Maton-Connection": None}).headers["cid"] == two.account_id
    two.control("DELETE", f"/{two.connection_id}")
    assert two.ask("GET", "accounts", headers={"Maton-Connection": None}).headers["cid"] == two.accounts[1]["id"]


def test_a_forgotten_connection_is_gone_on_both_planes(world: World) -> None:
    world.mode("forgotten")
    assert world.control("GET", f"/{world.connection_id}").json() == {"detail": "Not Found"}
    assert world.ask("GET", "lists").status_code == 400


def test_another_keys_connection_is_not_there(world: World) -> None:
    other = world.sandbox.world()
    assert world.control("GET", f"/{other.connection_id}").status_code == 404
    assert world.ask("GET", "lists", headers={"Maton-Connection": other.connection_id}).status_code == 400


def test_the_list_is_narrowed_by_status_and_limit(world: World) -> None:
    made, _ = _made(world)
    pending = world.control("GET", params={"status": "PENDING", "app": "klaviyo"}).json()["connections"]
    assert [one["connection_id"] for one in pending] == [made]
    assert len(world.control("GET", params={"limit": "1"}).json()["connections"]) == 1


@pytest.mark.parametrize(
    ("spelling", "read"),
    [
        ("connection_Id", lambda document: document["connection_Id"]),
        ("id", lambda document: document["id"]),
        ("nested", lambda document: document["connection"]["connection_id"]),
    ],
)
def test_the_id_can_be_spelt_otherwise(world: World, spelling: str, read) -> None:
    world.settings(connection_spelling=spelling)
    assert len(read(world.control("POST", json={"app": "klaviyo"}).json())) == 36


def test_a_connection_may_say_little(world: World) -> None:
    world.settings(sparse_connections=True)
    told = world.control("GET", f"/{world.connection_id}").json()["connection"]
    assert not {"last_updated_time", "method"} & set(told)
