"""Who speaks, and what is said, when something is wrong."""

from __future__ import annotations

import pytest
import requests

from tests.sandbox.calls import error, make_list, make_profile
from tests.sandbox_server import Sandbox, World

NEW = {"data": {"type": "list", "attributes": {"name": "Snow"}}}


def test_an_unknown_key_is_refused_in_the_words_of_the_key_check(world: World) -> None:
    answer = world.ask("GET", "lists", headers={"Authorization": "Bearer wrong"})
    assert (answer.status_code, set(answer.json())) == (401, {"error"})


def test_an_unknown_route_is_refused_in_the_words_of_the_router(sandbox: Sandbox) -> None:
    answer = requests.get(f"{sandbox.url}/nowhere", timeout=5)
    assert (answer.status_code, answer.json()) == (404, {"detail": "Not Found"})


def test_a_connection_without_an_app_is_refused_in_the_words_of_the_validation(world: World) -> None:
    answer = world.control("POST", json={})
    assert (answer.status_code, answer.json()["detail"][0]["loc"]) == (422, ["body", "app"])


def test_without_a_connection_the_route_speaks(world: World) -> None:
    world.control("DELETE", f"/{world.connection_id}")
    answer = world.ask("GET", "lists", headers={"Maton-Connection": None})
    assert (answer.status_code, set(answer.json())) == (400, {"message"})


def test_a_wrong_path_ends_on_a_login_page(world: World) -> None:
    headers = {"Authorization": f"Bearer {world.key}"}
    address = f"{world.sandbox.url}/klaviyo/v1/lists"
    assert requests.get(address, headers=headers, timeout=5, allow_redirects=False).status_code == 302
    assert "<h1>Log in" in requests.get(address, headers=headers, timeout=5).text


def test_a_missing_thing_is_404_of_klaviyo(world: World) -> None:
    answer = world.ask("GET", "lists/NoSuch")
    told = error(answer)
    assert (answer.status_code, told["code"], told["source"]) == (404, "not_found", {"pointer": "/data/"})
    assert set(told) == {"id", "status", "code", "title", "detail", "source", "links", "meta"}


def test_an_unknown_attribute_is_pointed_at(world: World) -> None:
    body = {"data": {"type": "list", "attributes": {"name": "Snow", "colour": "white"}}}
    answer = world.ask("POST", "lists", body)
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": "/data/attributes/colour"})


def test_a_missing_attribute_is_pointed_at(world: World) -> None:
    answer = world.ask("POST", "lists", {"data": {"type": "list", "attributes": {}}})
    assert (answer.status_code, error(answer)["source"]) == (400, {"pointer": "/data/attributes/name"})


def test_a_wrong_type_is_pointed_at(world: World) -> None:
    answer = world.ask("POST", "lists", {"data": {"type": "lists", "attributes": {"name": "Snow"}}})
    assert error(answer)["source"] == {"pointer": "/data/type"}


def test_an_id_that_is_not_the_paths_is_pointed_at(world: World) -> None:
    kept = make_list(world, "Snow")
    body = {"data": {"type": "list", "id": "Other1", "attributes": {"name": "Ice"}}}
    assert error(world.ask("PATCH", f"lists/{kept}", body))["source"] == {"pointer": "/data/id"}


def test_a_body_that_is_no_json_is_refused(world: World) -> None:
    assert world.ask("POST", "lists", NEW, headers={"Content-Type": "text/plain"}).status_code == 415


def test_a_profile_that_exists_is_named(world: World) -> None:
    kept = make_profile(world, "mia@example.com")
    answer = world.ask("POST", "profiles", {"data": {"type": "profile", "attributes": {"email": "mia@example.com"}}})
    told = error(answer)
    assert (answer.status_code, told["code"]) == (409, "duplicate_profile")
    assert told["meta"]["duplicate_profile_id"] == kept


def test_a_missing_scope_is_named(world: World) -> None:
    world.mode("lack-scope:lists:write")
    answer = world.ask("POST", "lists", NEW)
    assert (answer.status_code, error(answer)["code"]) == (403, "permission_denied")
    assert "lists:write" in error(answer)["detail"]
    assert world.ask("GET", "lists").status_code == 200


def test_a_dead_grant_is_a_500_of_the_gateway_while_the_connection_says_active(world: World) -> None:
    world.mode("dead-grant")
    answer = world.ask("GET", "lists")
    assert (answer.status_code, set(answer.json())) == (500, {"message"})
    assert world.control("GET", f"/{world.connection_id}").json()["connection"]["status"] == "ACTIVE"
    world.mode("working")
    assert world.ask("GET", "lists").status_code == 200


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_method_that_is_not_there_has_no_revision(world: World, method: str) -> None:
    answer = world.ask(method, "lists", NEW)
    assert (answer.status_code, "No valid revisions" in error(answer)["detail"]) == (404, True)
