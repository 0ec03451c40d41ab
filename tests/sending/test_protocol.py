"""The protocol against a real HTTP server and a real database: each answer, each place to die, and what is held."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from dashboard.teams.models import Member, Role
from klaviyo_app.accounts.models import Account, Health
from klaviyo_app.sending import protocol, states, taking_back, tasks
from klaviyo_app.sending.locks import campaign_lock, lock_folder
from klaviyo_app.sending.models import Installation, SendAttempt, SendIntent
from klaviyo_app.sending.remote import Means
from tests.sending.pretend_klaviyo import ALL_KINDS
from tests.sending.rig import (
    POINTS,
    Killed,
    _identity,
    ask,
    means,
    ours,
    run,
    shop,
    shop_account,
    watch,
)

__all__ = ["_identity", "means", "ours", "shop", "shop_account", "watch"]
pytestmark = pytest.mark.django_db


def test_a_send_leaves_once_and_is_followed_to_its_end(shop_account, shop, means, watch):
    intent = run(ask(shop_account, shop), means, watch)
    assert (intent.state, shop.posts["C1"], len(shop.accepted["C1"])) == (states.SENT, 1, 1)


@pytest.mark.parametrize("point", ["", *POINTS])
@pytest.mark.parametrize("kind", ALL_KINDS)
def test_whatever_comes_back_and_wherever_it_dies_it_is_sent_once_or_not_at_all(
    kind, point, shop_account, shop, means, watch
):
    shop.kind = kind
    intent = ask(shop_account, shop)
    died = []

    def die(here):
        if here == point and not died:
            died.append(here)
            raise Killed

    mortal = Means(clock=means.clock, remote=means.remote, bounds=means.bounds, at=die)
    with suppress(Killed):
        protocol.attend(intent.pk, mortal)
    protocol.attend(intent.pk, means)  # the second worker, at once
    if kind == "accepted late":
        time.sleep(0.35)
    intent = run(intent, means, watch)
    accepted = len(shop.accepted.get("C1", ()))
    assert accepted <= 1
    assert intent.state not in states.SWEPT
    if accepted:
        assert intent.state == states.SENT
    else:
        assert intent.state in {states.NEEDS_HUMAN, states.REFUSED}


def test_a_lost_answer_is_never_posted_again_by_the_machine(shop_account, shop, means, watch):
    shop.kind = "dropped"
    intent = run(ask(shop_account, shop), means, watch)
    assert (intent.state, intent.reason, shop.posts["C1"]) == (states.NEEDS_HUMAN, "not_accepted", 1)


def test_a_changed_mail_does_not_leave(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    shop.versions["C1"] = 1
    assert (run(intent, means, watch).reason, shop.posts) == ("content", {})


def test_another_account_behind_the_connection_does_not_get_it(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    shop.account = "OTHER1"
    assert (run(intent, means, watch).reason, shop.posts) == ("account", {})


def test_a_role_that_was_taken_away_stops_the_send(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    Member.objects.filter(user=intent.requested_by).update(role=Role.EDITOR)
    assert (run(intent, means, watch).reason, shop.posts) == ("role", {})


def test_a_pause_holds_and_resuming_lets_it_leave(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    taking_back.pause(shop_account.team, reason="wait", by=intent.requested_by)
    protocol.attend(intent.pk, means)
    intent.refresh_from_db()
    assert (intent.state, intent.reason, shop.posts) == (states.ARMED, "paused", {})
    taking_back.resume(shop_account.team, by=intent.requested_by)
    assert run(intent, means, watch).state == states.SENT


def test_the_site_s_pause_holds_too(shop_account, shop, means, settings):
    settings.SENDS_PAUSED = True
    intent = ask(shop_account, shop)
    assert protocol.attend(intent.pk, means) == states.ARMED


def test_a_broken_connection_holds_the_send(shop_account, shop, means):
    Account.objects.update(health=Health.NEEDS_RECONNECTING)
    intent = ask(shop_account, shop)
    assert protocol.attend(intent.pk, means) == states.ARMED
    assert not shop.posts


def test_a_copied_database_sends_nothing_until_somebody_confirms(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    Installation.objects.create(pk=1, identity="elsewhere", written_at=timezone.now())
    protocol.attend(intent.pk, means)
    intent.refresh_from_db()
    assert (intent.state, intent.reason) == (states.ARMED, "installation")
    taking_back.confirm_installation(shop_account.team, by=intent.requested_by)
    watch.pass_(60)
    assert run(intent, means, watch).state == states.SENT


def test_too_late_means_not_at_all(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    watch.pass_(5 * 3600)
    assert (run(intent, means, watch).state, shop.posts) == (states.EXPIRED, {})


def test_sends_that_always_fail_do_not_keep_another_from_its_turn(shop_account, shop, means, watch):
    broken = [ask(shop_account, shop, f"B{number:03}") for number in range(100)]
    good = ask(shop_account, shop)
    names = {one.pk for one in broken}

    def remote(account):
        if SendIntent.objects.filter(pk__in=names, next_look_at__lte=means.clock()).exists():
            raise RuntimeError("none of the errors that are expected")
        return means.remote(account)

    failing = Means(clock=means.clock, remote=remote, bounds=means.bounds)
    for _sweep in range(2):
        tasks.attend_due(failing)
    good.refresh_from_db()
    assert good.state == states.ACCEPTED


def test_one_sweep_finds_a_dead_worker_s_send_reads_it_back_and_follows_it(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)

    def die(here):
        if here == "answered":
            raise Killed

    with suppress(Killed):
        protocol.attend(intent.pk, Means(means.clock, means.remote, means.bounds, die))
    tasks.attend_due(means)
    intent.refresh_from_db()
    assert (intent.state, shop.posts["C1"]) == (states.SENT, 1)


def test_nobody_acts_while_somebody_else_has_the_lock(shop_account, shop, means):
    intent = ask(shop_account, shop)
    with campaign_lock(shop_account.pk, "C1") as lock:
        assert lock is not None
        assert lock.alive()
        assert protocol.attend(intent.pk, means) == states.ARMED
    assert not shop.posts


def test_a_worker_that_wakes_after_its_time_sends_nothing(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    slow = Means(means.clock, means.remote, means.bounds, lambda at: watch.pass_(60) if at == "connected" else None)
    protocol.attend(intent.pk, slow)
    intent.refresh_from_db()
    assert (intent.state, intent.reason, shop.posts) == (states.ARMED, "beaten", {})


def test_the_watchdog_shouts_and_never_posts(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    protocol.attend(intent.pk, means)
    shop.status["C1"] = "Draft"
    for _ in range(8):
        watch.pass_(60)
        protocol.attend(intent.pk, means)
    intent.refresh_from_db()
    assert (intent.state, intent.alarm, shop.posts["C1"]) == (states.ACCEPTED, "not_moving", 1)


def test_a_send_that_klaviyo_stops_is_shouted(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    protocol.attend(intent.pk, means)
    shop.status["C1"] = "Cancelled: No Recipients"
    intent = run(intent, means, watch)
    assert (intent.state, intent.alarm) == (states.STOPPED_BY_REMOTE, "no_recipients")


def test_a_plan_that_klaviyo_does_not_begin_at_its_time_is_shouted(shop_account, shop, means, watch):
    intent = ask(shop_account, shop, undo=True)
    protocol.attend(intent.pk, means)
    shop.status["C1"] = "Scheduled"
    alarms = []
    for _ in range(16):
        watch.pass_(60)
        protocol.attend(intent.pk, means)
        intent.refresh_from_db()
        alarms.append(intent.alarm)
    assert (alarms[4], alarms[-1]) == ("", "not_moving")
    assert (intent.state, shop.posts["C1"]) == (states.ACCEPTED, 1)


@pytest.mark.parametrize("committed", [False, True])
def test_a_commit_that_fails_does_not_lose_the_answer(committed, shop_account, shop, means, watch, monkeypatch):
    intent = ask(shop_account, shop)
    taken, cut = protocol.move, []

    def move(row, event, **more):
        moved = taken(row, event, **more)
        if event == "accepted" and not cut:
            cut.append(event)
            raise OperationalError("the connection was cut at the end of the transaction")
        return moved

    def record(row, attempt, outcome, means):
        was_cut = bool(cut)
        recorded(row, attempt, outcome, means)
        if committed and not was_cut:
            cut.append("after it")
            raise OperationalError("the connection was cut after the transaction")

    recorded = protocol.record
    monkeypatch.setattr(protocol, "close_old_connections", lambda: None)  # the test's database lives in this one
    monkeypatch.setattr(protocol, *(("record", record) if committed else ("move", move)))
    assert protocol.attend(intent.pk, means) == states.ACCEPTED
    attempt = SendAttempt.objects.get()
    assert (attempt.outcome, shop.posts["C1"]) == ("accepted", 1)
    assert intent.events.filter(event="accepted").count() == 1


def test_a_second_plan_that_klaviyo_never_got_is_no_change_by_somebody_else(shop_account, shop, means, watch):
    intent = ask(shop_account, shop, undo=True)
    shop.kind = "told to wait"
    assert protocol.attend(intent.pk, means) == states.ARMED  # planned, and then told to wait
    shop.patches_fail = True
    watch.pass_(120)
    assert protocol.attend(intent.pk, means) == states.ARMED
    shop.patches_fail = False
    watch.pass_(120)
    assert protocol.attend(intent.pk, means) == states.ACCEPTED
    assert len(shop.accepted["C1"]) == 1


def test_a_plan_by_somebody_else_stops_a_send_that_we_have_planned(shop_account, shop, means, watch):
    intent = ask(shop_account, shop, undo=True)
    shop.kind = "told to wait"
    protocol.attend(intent.pk, means)
    shop.strategies["C1"]["datetime"] = "2031-01-01T00:00:00+00:00"
    watch.pass_(120)
    assert protocol.attend(intent.pk, means) == states.NEEDS_HUMAN
    assert shop.accepted == {}


@pytest.mark.parametrize("name", ["memory.sqlite3", "in-memory-of/db.sqlite3"])
def test_two_processes_on_one_file_meet_at_the_same_lock_whatever_it_is_called(name, tmp_path, monkeypatch):
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    (tmp_path / "link").symlink_to(path.parent)
    found = set()
    for spelling in (path, tmp_path / "link" / path.name):
        monkeypatch.setitem(connection.settings_dict, "NAME", str(spelling))
        found.add(lock_folder())
    assert found == {path.parent / "locks"}


def test_an_attempt_is_written_once(shop_account, shop, means, watch):
    intent = run(ask(shop_account, shop), means, watch)
    attempt = SendAttempt.objects.get(intent=intent)
    assert (attempt.outcome, attempt.status, attempt.fence) == ("accepted", 202, 1)
