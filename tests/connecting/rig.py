"""What the tests of connecting and of accounts share: a Maton key of two Klaviyo accounts, and a person at the page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
import requests
from django.db.models import F
from django.test import Client
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis

from dashboard.teams.models import Team, User
from klaviyo_app.accounts.models import Account
from klaviyo_app.connecting import services
from klaviyo_app.connecting.models import Attempt
from tests.contract.sent import wrong_requests
from tests.sandbox_server import Sandbox, World
from tests.waiting import without_waiting

SEE_OTHER = 303


@pytest.fixture
def maton(sandbox: Sandbox, settings: Any, suite_redis: Redis) -> Iterator[Maton]:
    """A key whose first account has a connection of somebody else's: the oldest active one, used without a header.

    Where our client waits before it asks again, the clocks are put on instead. A call of ours that Klaviyo does not
    describe fails the test.
    """
    world = sandbox.world(accounts=2)
    settings.MATON_API_KEY = world.key
    settings.MATON_GATEWAY_URL = settings.MATON_CONTROL_URL = sandbox.url
    settings.MATON_CONNECT_HOSTS = [sandbox.url]
    without_waiting(world, suite_redis)
    yield Maton(world)
    assert wrong_requests(world) == []


class Maton:
    """Maton and Klaviyo, as somebody outside sees them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.url = world.sandbox.url
        self.theirs = world.connection_id
        told = world.sandbox.tell("accounts", "GET", key=world.key)["accounts"]
        self.first, self.second = told[0], told[1]

    def fault(self, operation: str, fault: str, **more: Any) -> None:
        """Order a fault."""
        self.world.fault(operation, fault, **more)

    def well(self) -> None:
        """No faults any more."""
        self.world.sandbox.tell("faults", "DELETE", key=self.world.key)

    def mode(self, connection_id: str | None, mode: str) -> None:
        """Change what a connection does."""
        self.world.sandbox.tell(f"connections/{connection_id}", mode=mode)

    def setting(self, **changes: Any) -> None:
        """Change a setting of the key."""
        self.world.sandbox.tell("settings", key=self.world.key, **changes)

    def advance(self, seconds: float) -> None:
        """Put Maton's clock on, or back."""
        self.world.sandbox.tell("clock", key=self.world.key, advance_s=seconds)

    def connections(self) -> dict[str, str]:
        """id -> status of all connections that Maton has."""
        answer = requests.get(f"{self.url}/connections", headers=self._key(), timeout=10)
        return {one["connection_id"]: one["status"] for one in answer.json()["connections"]}

    def make(self) -> str:
        """Another tool asks for a connection under the same key."""
        answer = requests.post(f"{self.url}/connections", headers=self._key(), json={"app": "klaviyo"}, timeout=10)
        return str(answer.json()["connection_id"])

    def _key(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.world.key}"}

    def consent(self, link: str, answer: str = "allow", *, account: str = "") -> int:
        """Open the link and press a button of the form that is there; the status of what comes."""
        page = requests.get(link, timeout=10)
        action = re.search(r'action="([^"]+)"', page.text)
        if action is None:
            return page.status_code
        form = {"answer": answer, "account": account or self.second["id"]}
        return requests.post(self.url + action[1], data=form, timeout=10).status_code


class Person:
    """An admin at the pages, without script."""

    def __init__(self, browser: Client, team: Team) -> None:
        self.browser = browser
        self.team = f"/t/{team.slug}/"

    def get(self, where: str) -> str:
        """A page as it is read."""
        return unescape(self.browser.get(where).content.decode())

    def press_connect(self, account: Account | None = None, **form: str) -> Any:
        """The button; answers with the redirect of the new tab."""
        where = f"/a/{account.pk}/reconnect/" if account else f"{self.team}connect/"
        return self.browser.post(where, form)

    def here(self, name: str = "") -> str:
        """The address of the newest attempt's page."""
        return f"{self.team}connect/{attempt().pk}/{name}"

    def page(self) -> str:
        """What the newest attempt's page says."""
        return self.get(self.here())

    def press(self, name: str) -> Any:
        """A button on it: open, look, confirm, cancel."""
        return self.browser.post(self.here(f"{name}/"))

    def connect(self, maton: Maton, account: Account | None = None, *, to: str = "") -> Account | None:
        """All of it, to the account with this id of Klaviyo's; None where it did not come so far."""
        maton.consent(self.press_connect(account)["Location"], account=to)
        self.press("look")
        if attempt().state == "checked":
            self.press("confirm")
        return attempt().account


@pytest.fixture
def admin(client_of: Any, alice: User, team: Team) -> Person:
    """Alice at her browser, which wants CSRF tokens of nobody."""
    return Person(client_of(alice), team)


def attempt() -> Attempt:
    """The newest one."""
    with scopes_disabled():
        found = Attempt.objects.select_related("account", "team").order_by("-pk").first()
    assert found is not None
    return found


def accounts() -> list[Account]:
    """All of ours."""
    with scopes_disabled():
        return list(Account.objects.select_related("team").order_by("pk"))


def pass_time(seconds: float) -> None:
    """So much later: everything that was written down is so much older."""
    times = ("since", "created_at", "asked_at", "next_look_at", "lease_until", "trouble_since")
    with scopes_disabled():
        for name in times:
            rows = Attempt.objects.exclude(**{name: None})
            rows.update(**{name: F(name) - timedelta(seconds=seconds)})


def sweep() -> None:
    """What beat does every five seconds; everything that is put off is due."""
    with scopes_disabled():
        Attempt.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())
    for found in services.due(timezone.now()):
        with suppress(Attempt.DoesNotExist):
            services.go_on(found)
