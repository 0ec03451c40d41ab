"""Any order of clicks, deliveries, deaths, pauses, edits and decisions: at most one acceptance a generation."""

from __future__ import annotations

import itertools
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some

from dashboard.teams.models import Member, Role, Team, User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.sending import protocol, services, states, taking_back
from klaviyo_app.sending.content import read_content
from klaviyo_app.sending.models import SendAttempt, SendIntent
from klaviyo_app.sending.remote import Means
from klaviyo_app.sending.services import CannotSend, Wish
from klaviyo_app.sending.timing import Limits
from tests.sending.pretend_klaviyo import ACCOUNT, ALL_KINDS, Shop, serve
from tests.sending.rig import POINTS, Killed
from tests.sending.soak import remote_at

pytestmark = pytest.mark.django_db
KINDS = [kind for kind in ALL_KINDS if "hang" not in kind and "late" not in kind]
STEP = some.one_of(
    some.tuples(some.just("click")),
    some.tuples(some.just("attend"), some.sampled_from(KINDS), some.sampled_from(["", *POINTS])),
    some.tuples(some.just("time"), some.sampled_from([5, 60, 700, 4000])),
    some.tuples(some.just("edit")),
    some.tuples(some.just("pause"), some.booleans()),
    some.tuples(some.just("decide"), some.sampled_from(["again", "gave_up", "klaviyo_has_it"])),
    some.tuples(some.just("take back")),
)
_names = itertools.count()


class House:
    """One campaign, its send, and everything that can happen to them."""

    def __init__(self, shop: Shop, account: Account, paul: User):
        self.shop, self.account, self.paul = shop, account, paul
        self.campaign = f"P{next(_names)}"
        self.ahead = timedelta(0)
        self.accepted_before: dict[int, int] = {}

    def means(self, point=""):
        def die(at):
            if at == point:
                raise Killed

        bounds = Limits(connect_s=1, total_s=0.3, quiet_s=600)
        return Means(lambda: timezone.now() + self.ahead, remote_at(self.shop.port), bounds, die)

    def send(self):
        return SendIntent.objects.filter(campaign_id=self.campaign).order_by("-pk").first()

    def click(self):
        content = read_content(self.means().remote(None).client, self.campaign)
        wish = Wish(seen=content.digest, alike_confirmed=True)
        now = self.means().clock()
        with suppress(CannotSend):
            services.request_send(self.account, content=content, estimate=5, wish=wish, by=self.paul, now=now)

    def attend(self, kind, point):
        self.shop.kind = kind
        if intent := self.send():
            with suppress(Killed):
                protocol.attend(intent.pk, self.means(point))

    def time(self, seconds):
        self.ahead += timedelta(seconds=seconds)

    def edit(self):
        self.shop.versions[self.campaign] = self.shop.versions.get(self.campaign, 0) + 1

    def pause(self, on):
        if on:
            taking_back.pause(self.account.team, reason="", by=self.paul)
        else:
            taking_back.resume(self.account.team, by=self.paul)

    def decide(self, word):
        if intent := self.send():
            client = self.means().remote(None).client
            content = read_content(client, self.campaign)
            with suppress(CannotSend):
                services.decide(
                    intent,
                    word,
                    typed_name=intent.campaign_name,
                    content=content,
                    client=client,
                    seen=content.digest,
                    by=self.paul,
                    now=self.means().clock(),
                )

    def take_back(self):
        if intent := self.send():
            with suppress(CannotSend, GatewayError):
                taking_back.take_back(intent, "revert", by=self.paul, means=self.means())

    def check(self):
        accepted = len(self.shop.accepted.get(self.campaign, ()))
        sends = list(SendIntent.objects.filter(campaign_id=self.campaign))
        generations = {(one.pk, one.generation) for one in sends} | {
            (one.intent_id, one.generation) for one in SendAttempt.objects.filter(intent__in=sends)
        }
        assert accepted <= len(generations)
        assert self.shop.posts.get(self.campaign, 0) <= SendAttempt.objects.filter(intent__in=sends).count()
        assert sum(one.live for one in sends) <= 1
        for one in sends:
            assert (one.next_look_at is not None) == (one.state in states.SWEPT)
            if one.state == states.SENT:
                assert accepted


@pytest.fixture(scope="module")
def shop():
    found = Shop(kind="accepted", read_failures=0, lag=(0, 0))
    server = serve(found)
    found.port = server.server_address[1]
    yield found
    server.shutdown()
    server.server_close()


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps=some.lists(STEP, min_size=3, max_size=14))
def test_in_any_order_at_most_one_acceptance_a_generation(steps, shop, db):
    with scopes_disabled():
        team, _made = Team.objects.get_or_create(slug="any-order", defaults={"name": "Any order"})
        paul, _made = User.objects.get_or_create(email="paul@any.example")
        Member.objects.get_or_create(team=team, user=paul, defaults={"role": Role.PUBLISHER})
        found = {"name": "Shop", "connection_id": "conn-1"}
        account, _made = Account.objects.get_or_create(team=team, klaviyo_id=ACCOUNT, defaults=found)
        house = House(shop, account, paul)
        house.pause(False)
        house.click()
        for name, *facts in steps:
            getattr(house, name.replace(" ", "_"))(*facts)
            house.check()
