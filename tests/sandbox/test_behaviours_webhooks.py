"""The sandbox delivers webhooks as Klaviyo does: signed, in batches, again after an error, only to who subscribed."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

import pytest

from tests.sandbox_server import World

SECRET = "a-secret-of-many-letters"
Got = list[tuple[dict[str, str], bytes]]


@pytest.fixture
def receiver() -> Iterator[tuple[str, Got, list[int]]]:
    """(address, what came in, the statuses to answer with; 200 where none is left)."""
    got: Got = []
    statuses: list[int] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((dict(self.headers), body))
            self.send_response(statuses.pop(0) if statuses else 200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/hook", got, statuses
    server.shutdown()
    server.server_close()


def happens(world: World, metric: str, unique: str) -> None:
    attributes = {
        "metric": {"data": {"type": "metric", "attributes": {"name": metric}}},
        "profile": {"data": {"type": "profile", "attributes": {"email": "ada@example.com"}}},
        "properties": {},
        "unique_id": unique,
    }
    world.call("POST", "events", {"data": {"type": "event", "attributes": attributes}})


def subscribe(world: World, address: str, *topics: str) -> dict[str, Any]:
    links = [{"type": "webhook-topic", "id": one} for one in topics]
    attributes = {"name": "Hook", "endpoint_url": address, "secret_key": SECRET}
    data = {"type": "webhook", "attributes": attributes, "relationships": {"webhook-topics": {"data": links}}}
    return dict(world.call("POST", "webhooks", {"data": data})["data"])


def wait(true: Callable[[], bool]) -> None:
    until = time.monotonic() + 15
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture
def shop(world: World) -> World:
    world.settings(webhook_seconds=0.3)
    happens(world, "Visited Store", "first")
    happens(world, "Joined Club", "first")
    return world


def test_a_batch_is_signed_and_holds_what_was_subscribed_to(shop: World, receiver: tuple[str, Got, list[int]]) -> None:
    address, got, _ = receiver
    hook = subscribe(shop, address, "event:api.visited_store")
    for number in range(3):
        happens(shop, "Visited Store", f"v{number}")
        happens(shop, "Joined Club", f"j{number}")
    wait(lambda: bool(got))
    headers, body = got[0]
    document = json.loads(body)
    assert [one["topic"] for one in document["data"]] == ["event:api.visited_store"] * 3
    assert document["data"][0]["payload"]["data"]["type"] == "event"
    assert document["meta"]["klaviyo_webhook_id"] == headers["Klaviyo-Webhook-Id"] == hook["id"]
    expected = hmac.new(SECRET.encode(), body + headers["Klaviyo-Timestamp"].encode(), hashlib.sha256).hexdigest()
    assert headers["Klaviyo-Signature"] == expected


def test_an_error_is_followed_by_another_try_and_nothing_is_lost(
    shop: World, receiver: tuple[str, Got, list[int]]
) -> None:
    address, got, statuses = receiver
    statuses.append(500)
    subscribe(shop, address, "event:api.visited_store")
    happens(shop, "Visited Store", "v")
    wait(lambda: len(got) == 2)
    first, second = (json.loads(body)["data"][0]["external_id"] for _headers, body in got)
    assert first == second


def test_one_that_is_disabled_hears_nothing(shop: World, receiver: tuple[str, Got, list[int]]) -> None:
    address, got, _ = receiver
    off = subscribe(shop, f"{address}/off", "event:api.visited_store")
    body = {"data": {"type": "webhook", "id": off["id"], "attributes": {"enabled": False}}}
    shop.call("PATCH", f"webhooks/{off['id']}", body)
    subscribe(shop, address, "event:api.visited_store")
    happens(shop, "Visited Store", "v")
    wait(lambda: bool(got))
    assert len(got) == 1
    assert got[0][0]["Klaviyo-Webhook-Id"] != off["id"]


def test_the_path_of_an_address_is_masked_and_a_description_stays(shop: World) -> None:
    hook = subscribe(shop, "https://hooks.example.com/deep/path?q=1", "event:api.visited_store")
    assert hook["attributes"]["endpoint_url"] == "https://hooks.example.com/*****"

    def change(**attributes: Any) -> Any:
        body = {"data": {"type": "webhook", "id": hook["id"], "attributes": attributes}}
        return shop.call("PATCH", f"webhooks/{hook['id']}", body)["data"]["attributes"]["description"]

    assert (change(description="Ours"), change(description=None)) == ("Ours", "Ours")


def test_a_webhook_names_its_topics_unasked_and_without_links(shop: World) -> None:
    hook = subscribe(shop, "https://hooks.example.com", "event:api.visited_store")
    topics = {"data": [{"type": "webhook-topic", "id": "event:api.visited_store"}]}
    assert hook["relationships"] == {"webhook-topics": topics}


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"secret_key": "short"}, "/data/attributes/secret_key"),
        ({"endpoint_url": "http://hooks.example.com"}, "/data/attributes/endpoint_url"),
        ({"enabled": True}, "/data/attributes/enabled"),
    ],
)
def test_what_klaviyo_refuses_is_refused_at_its_place(shop: World, change: dict[str, Any], pointer: str) -> None:
    attributes = {"name": "Hook", "endpoint_url": "https://hooks.example.com", "secret_key": SECRET, **change}
    links = {"webhook-topics": {"data": [{"type": "webhook-topic", "id": "event:api.visited_store"}]}}
    body = {"data": {"type": "webhook", "attributes": attributes, "relationships": links}}
    answer = shop.ask("POST", "webhooks", body)
    assert answer.status_code == 400
    assert pointer in [one["source"]["pointer"] for one in answer.json()["errors"]]
