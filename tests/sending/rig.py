"""What the tests of the protocol stand on: a pretend Klaviyo over HTTP, a clock that they move, people, the sweep."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from dashboard.teams.models import Member, Role, Team, User
from klaviyo_app.accounts.models import Account
from klaviyo_app.sending import protocol, services, states
from klaviyo_app.sending.content import read_content
from klaviyo_app.sending.remote import Means
from klaviyo_app.sending.services import Wish
from klaviyo_app.sending.timing import Limits
from tests.sending.pretend_klaviyo import ACCOUNT, Shop, serve
from tests.sending.soak import remote_at

POINTS = ("locked", "preflight", "claimed", "connected", "first byte", "answered", "recorded")
BOUNDS = Limits(connect_s=1, total_s=0.25, attempt_s=30, quiet_s=600, read_bound_s=1800, spacing=(1, 10, 60))


class Killed(BaseException):
    """The process is gone; nothing of it runs on (its lock is free, as the kernel would do)."""


class Watch:
    """A clock that we move."""

    def __init__(self):
        self.ahead = timedelta(0)

    def __call__(self):
        return timezone.now() + self.ahead

    def pass_(self, seconds):
        self.ahead += timedelta(seconds=seconds)


@pytest.fixture
def shop():
    found = Shop(kind="accepted", read_failures=0, lag=(0, 0))
    found.hang_s, found.late_s, found.sending_s = 0.4, 0.3, 0
    server = serve(found)
    found.port = server.server_address[1]
    yield found
    server.shutdown()
    server.server_close()


@pytest.fixture(autouse=True)
def _identity(settings, tmp_path):
    settings.INSTALLATION_FILE = tmp_path / "installation"


@pytest.fixture
def ours():
    with scopes_disabled():
        yield


@pytest.fixture
def shop_account(ours):
    team = Team.objects.create(name="Team", slug="team-of-sends")
    return Account.objects.create(team=team, klaviyo_id=ACCOUNT, name="Shop", connection_id="conn-1")


def person(account, name, role=Role.PUBLISHER):
    user = User.objects.create_user(f"{name}@example.com", None)
    Member.objects.create(team=account.team, user=user, role=role)
    return user


@pytest.fixture
def watch():
    return Watch()


@pytest.fixture
def means(shop, watch):
    return Means(clock=watch, remote=remote_at(shop.port), bounds=BOUNDS)


def ask(account, shop, campaign="C1", *, estimate=10, by=None, counted=True, **wish):
    """A send as a person asks for it. `counted`: Klaviyo has just counted its people, so the next look may send."""
    content = read_content(remote_at(shop.port)(account).client, campaign)
    by = by or User.objects.filter(email="paul@example.com").first() or person(account, "paul")
    intent = services.request_send(
        account, content=content, estimate=estimate, wish=Wish(seen=content.digest, **wish), by=by
    )
    if counted and intent.evidence:
        intent.evidence = {"counted_at": timezone.now().isoformat()}
        intent.save(update_fields=["evidence"])
    return intent


def run(intent, means, watch, rounds=40):
    """The sweep, again and again, with time passing, until nothing moves any more."""
    for _ in range(rounds):
        state = protocol.attend(intent.pk, means)
        if state not in states.SWEPT:
            break
        watch.pass_(45)
    intent.refresh_from_db()
    return intent
