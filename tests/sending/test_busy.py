"""A send that the rate budget tells to wait: it spends no try, and leaves when its turn has come."""

from __future__ import annotations

import os
import uuid
from functools import partial

import pytest
import redis

from klaviyo_app.gateway.budget import SharedBudget, Spend
from klaviyo_app.gateway.catalogue import OPERATIONS
from klaviyo_app.gateway.once import send_once
from klaviyo_app.gateway.transport import Gateway
from klaviyo_app.sending import protocol, states
from klaviyo_app.sending.remote import Means, Remote
from tests.sending.pretend_klaviyo import ACCOUNT
from tests.sending.rig import BOUNDS, _identity, ask, means, ours, run, shop, shop_account, watch
from tests.sending.soak import remote_at

__all__ = ["_identity", "means", "ours", "shop", "shop_account", "watch"]
pytestmark = pytest.mark.django_db
HOLD_S = 300


@pytest.fixture
def held(shop, watch):
    """Means whose every POST is told to wait for five minutes of the watch, by the budget in Redis."""
    client = redis.Redis.from_url(os.environ["REDIS_URL"])
    budget = SharedBudget(client, now_ms=lambda: watch().timestamp() * 1000)
    url = f"http://127.0.0.1:{shop.port}"
    gateway = Gateway(url, url, f"key-{uuid.uuid4().hex}", "2026-07-15", budget, connect_s=1, read_s=1, total_s=2)
    limit = OPERATIONS["send_campaign"].limit_at("2026-07-15")
    budget.hold(Spend(gateway.key_id, ACCOUNT, "send_campaign", limit), speaker="maton", wait_s=HOLD_S)
    post = partial(send_once, gateway, "conn-1", "send_campaign", expect_account=ACCOUNT)
    lines = Remote(client=remote_at(shop.port)(None).client, post=post)
    return Means(clock=watch, remote=lambda _account: lines, bounds=BOUNDS)


def test_waiting_for_the_budget_spends_no_try_and_sends_nothing(shop_account, shop, held, watch):
    intent = ask(shop_account, shop)
    for _ in range(BOUNDS.most_tries + 2):
        assert protocol.attend(intent.pk, held) == states.ARMED
        intent.refresh_from_db()
        assert (intent.tries, intent.reason, shop.posts) == (0, "busy", {})
        assert 0 < (intent.next_look_at - watch()).total_seconds() <= HOLD_S
        type(intent).objects.update(next_look_at=watch())  # a doorbell comes early
        watch.pass_(20)


def test_it_leaves_once_when_its_turn_has_come(shop_account, shop, held, watch):
    intent = ask(shop_account, shop)
    protocol.attend(intent.pk, held)
    watch.pass_(HOLD_S)
    assert run(intent, held, watch).state == states.SENT
    assert shop.posts["C1"] == 1
