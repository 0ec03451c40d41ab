"""Sends at each person's own hour: until when they reach everybody, and what is said where they do not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from klaviyo_app.sending import states
from klaviyo_app.sending.planning import latest, misses_some
from tests.sending.rig import Watch, _identity, ask, means, ours, run, shop, shop_account, watch

__all__ = ["_identity", "means", "ours", "shop", "shop_account", "watch"]

pytestmark = pytest.mark.django_db
AT = datetime(2026, 12, 2, 9, tzinfo=UTC)
LINE_ISLANDS = AT - timedelta(hours=14)  # it is nine o'clock there


def local(at: datetime, *, past: bool = False) -> dict[str, Any]:
    options = {"is_local": True, "send_past_recipients_immediately": past}
    return {"method": "static", "datetime": at.isoformat(), "options": options}


def old(at: datetime) -> dict[str, Any]:
    return {"method": "static", "options_static": {"datetime": at.isoformat(), "is_local": True}}


@pytest.mark.parametrize("strategy", [local(AT), old(AT)])
def test_a_send_at_the_own_hour_leaves_before_it_strikes_in_the_far_east(strategy: dict[str, Any]) -> None:
    before = LINE_ISLANDS - timedelta(minutes=1)
    assert (latest(strategy, before), misses_some(strategy, before)) == (LINE_ISLANDS, False)


def test_one_that_is_asked_for_later_leaves_until_its_hour_and_leaves_some_out() -> None:
    assert (latest(local(AT), LINE_ISLANDS), misses_some(local(AT), LINE_ISLANDS)) == (AT, True)


@pytest.mark.parametrize(
    "strategy",
    [
        local(AT, past=True),
        {"method": "static", "datetime": AT.isoformat(), "options": {"is_local": False}},
        {"method": "throttled", "datetime": AT.isoformat(), "throttle_percentage": 20},
    ],
)
def test_every_other_plan_leaves_until_its_hour_and_leaves_nobody_out(strategy: dict[str, Any]) -> None:
    assert (latest(strategy, LINE_ISLANDS), misses_some(strategy, AT)) == (AT, False)


def test_what_has_no_plan_has_no_last_moment_of_its_own() -> None:
    assert latest({"method": "immediate"}, AT) is None
    assert latest({"method": "smart_send_time", "date": "2026-12-02"}, AT) is None


def test_a_held_send_does_not_leave_when_it_would_no_longer_reach_everybody(
    shop_account: Any, shop: Any, means: Any, watch: Watch
) -> None:
    in_time = timezone.now() + timedelta(hours=14, minutes=30)
    shop.strategies["C1"] = local(in_time)
    intent = ask(shop_account, shop)
    assert intent.not_after == in_time - timedelta(hours=14)
    watch.pass_(31 * 60)
    assert run(intent, means, watch).state == states.EXPIRED
    assert not shop.posts
