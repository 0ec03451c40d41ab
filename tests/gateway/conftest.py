from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest

from klaviyo_app.gateway.client import Client, Gateway, Priority
from tests.gateway.wire_server import Behaviour, WireServer

KEY = "maton-key-that-nobody-may-see"


@pytest.fixture(autouse=True)
def _needs_no_database() -> None:
    assert os.environ["SECRET_KEY"]


@pytest.fixture
def serve() -> Iterator[Callable[..., WireServer]]:
    servers: list[WireServer] = []

    def start(*script: Behaviour) -> WireServer:
        servers.append(WireServer(*script))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


class Waits(list):
    """The sleeps that a gateway took, without taking them."""

    def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
def gateway_to(waits: Waits) -> Iterator[Callable[..., Gateway]]:
    made: list[Gateway] = []

    def build(url: str, **options: object) -> Gateway:
        options = {"connect_s": 1.0, "read_s": 5.0, "total_s": 10.0, "sleep": waits, "chance": lambda: 0.5, **options}
        made.append(
            Gateway(url, url, KEY, options.pop("revision", "2026-07-15"), options.pop("budget", None), **options)
        )
        return made[-1]

    yield build
    for gateway in made:
        gateway.close()


@pytest.fixture
def client_to(gateway_to: Callable[..., Gateway]) -> Callable[..., Client]:
    def build(server: WireServer | str, *, priority: Priority = Priority.PERSON, **options: object) -> Client:
        url = server if isinstance(server, str) else server.url
        expect = options.pop("expect_account", None)
        return Client(gateway_to(url, **options), "conn-1", expect_account=expect, priority=priority)

    return build
