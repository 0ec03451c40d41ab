"""Who speaks, and what is said, when something is wrong."""

from __future__ import annotations

import gzip
import socket

import orjson
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
    assert set(told) == {"id", "status", "code", "title", "detail", "source"}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("lists/NOPE01", "A list with id `NOPE01` does not exist."),
        ("campaigns/NOPE01", "A campaign with id 'NOPE01' does not exist."),
        ("metrics/NOPE01", "Metric with id NOPE01 does not exist."),
        ("tag-groups/NOPE01", "A tag group with id NOPE01 does not exist."),
        ("images/999", "Not found."),
    ],
)
def test_what_is_missing_is_told_in_the_words_of_its_service(world: World, path: str, words: str) -> None:
    assert error(world.ask("GET", path))["detail"] == words


def test_a_refusal_of_the_body_has_links_and_meta(world: World) -> None:
    told = error(world.ask("POST", "lists", {"data": {"type": "list", "attributes": {}}}))
    assert (told["links"], told["meta"]) == ({}, {})


def test_an_unknown_attribute_is_pointed_at_and_told_of_the_resource(world: World) -> None:
    body = {"data": {"type": "list", "attributes": {"name": "Snow", "colour": "white"}}}
    told = error(world.ask("POST", "lists", body))
    assert (told["status"], told["source"]) == (400, {"pointer": "/data/attributes/colour"})
    assert told["detail"] == "'colour' is not a valid field for the resource 'list'."


def test_an_unknown_attribute_of_one_of_many_is_told_of_its_resource(world: World) -> None:
    consent = {"email": {"marketing": {"consent": "SUBSCRIBED"}}}
    person = {"email": "mia@example.com", "subscriptions": consent, "properties": {"colour": "white"}}
    rows = {"data": [{"type": "profile", "attributes": person}]}
    job = {"data": {"type": "profile-subscription-bulk-create-job", "attributes": {"profiles": rows}}}
    told = error(world.ask("POST", "profile-subscription-bulk-create-jobs", job))
    assert told["source"] == {"pointer": "/data/attributes/profiles/data/0/attributes/properties"}
    assert told["detail"] == "'properties' is not a valid field for the resource 'profile'."


def test_a_wrong_operator_is_named_with_those_that_are_allowed(world: World) -> None:
    both = "equals(messages.channel,%22email%22),equals(name,%22x%22)"
    told = error(world.ask("GET", f"campaigns?filter={both}"))
    assert told["detail"] == "'equals' is not an allowed filter operator for name.  Allowed operators are contains"


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
def test_a_method_that_an_address_does_not_know_is_405_with_those_it_knows(world: World, method: str) -> None:
    answer = world.ask(method, "lists", NEW)
    assert (answer.status_code, error(answer)["code"]) == (405, "method_not_allowed")
    assert answer.headers["Allow"] == "GET, POST, HEAD, OPTIONS"


def test_an_address_that_is_not_there_has_no_revision(world: World) -> None:
    answer = world.ask("GET", "nowhere")
    assert (answer.status_code, "No valid revisions" in error(answer)["detail"]) == (404, True)


def test_a_head_request_has_the_headers_of_a_get_and_no_body(world: World) -> None:
    with socket.create_connection(("127.0.0.1", world.sandbox.port), timeout=5) as line:
        asked = f"HEAD /klaviyo/api/lists HTTP/1.1\r\nAuthorization: Bearer {world.key}\r\nrevision: 2026-07-15\r\n"
        line.sendall(f"{asked}Connection: close\r\n\r\n".encode())
        told = line.makefile("rb").read().decode()
    whole = world.ask("GET", "lists")
    assert told.startswith("HTTP/1.1 200 ")
    assert f"Content-Length: {len(whole.content)}\r\n" in told
    assert told.endswith("\r\n\r\n")


def test_a_body_may_be_compressed(world: World) -> None:
    assert _packed(world, orjson.dumps(NEW)).status_code == 201


def test_a_body_that_is_too_large_when_it_is_unpacked_is_refused(world: World) -> None:
    large = {"data": {"type": "list", "attributes": {"name": "x" * (5 * 1024 * 1024)}}}
    assert _packed(world, orjson.dumps(large)).status_code == 413


def test_a_body_that_only_says_to_be_compressed_is_refused(world: World) -> None:
    answer = world.ask("POST", "lists", NEW, headers={"Content-Encoding": "gzip"})
    assert (answer.status_code, error(answer)["code"]) == (400, "invalid")


def _packed(world: World, body: bytes) -> requests.Response:
    headers = {
        "Authorization": f"Bearer {world.key}",
        "revision": "2026-07-15",
        "Content-Type": "application/vnd.api+json",
        "Content-Encoding": "gzip",
    }
    return requests.post(f"{world.sandbox.url}/klaviyo/api/lists", gzip.compress(body), headers=headers, timeout=10)
