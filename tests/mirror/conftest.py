from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django_scopes import scopes_disabled

from dashboard.teams.models import Team
from klaviyo_app.accounts.models import Account
from tests.gateway.wire_server import Behaviour, WireServer
from tests.shop import inside, make_account


@pytest.fixture
def shop(team: Team) -> Iterator[Account]:
    with scopes_disabled():
        account = make_account(team)
    with inside(account):
        yield account


@pytest.fixture
def klaviyo(settings) -> Iterator[Callable[..., WireServer]]:
    """klaviyo(behaviour, ...) -> the gateway of this test: a real server that plays these answers in order."""
    servers: list[WireServer] = []

    def start(*script: Behaviour) -> WireServer:
        servers.append(WireServer(*script))
        settings.MATON_API_KEY = "a-key-of-this-test"
        settings.MATON_GATEWAY_URL = settings.MATON_CONTROL_URL = servers[-1].url
        return servers[-1]

    yield start
    for server in servers:
        server.close()
