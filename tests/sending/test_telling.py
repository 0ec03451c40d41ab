"""Whom a send waits for is told by mail, once, and however late the mail server is."""

from __future__ import annotations

from datetime import timedelta
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.utils import timezone

from dashboard.teams.models import Member, Role
from klaviyo_app.sending import states
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.telling import tell_due
from tests.sending.rig import _identity, ask, means, ours, person, run, shop, shop_account, watch

__all__ = ["_identity", "means", "ours", "shop", "shop_account", "watch"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def paul(shop_account):
    return person(shop_account, "paul")


@pytest.fixture
def alice(shop_account):
    return person(shop_account, "alice", Role.ADMIN)


def told():
    tell_due(timezone.now())
    return sorted(address for one in mail.outbox for address in one.to)


def test_a_send_that_waits_for_approval_is_told_to_those_who_may_approve(shop_account, shop, paul, alice):
    person(shop_account, "eddie", Role.EDITOR)
    intent = ask(shop_account, shop, estimate=50_000, by=paul)
    assert told() == [alice.email]
    assert f"/a/{shop_account.pk}/sends/{intent.pk}/" in mail.outbox[0].body
    assert intent.campaign_name in mail.outbox[0].subject


def test_the_same_news_is_told_once(shop_account, shop, paul, alice):
    ask(shop_account, shop, estimate=50_000, by=paul)
    assert told() == told() == [alice.email]


def test_a_send_that_needs_a_decision_is_told_to_every_publisher(shop_account, shop, means, watch, paul, alice):
    intent = ask(shop_account, shop, by=paul)
    shop.estimate = 50_000
    watch.pass_(3600)
    assert run(intent, means, watch).state == states.NEEDS_HUMAN
    assert told() == [alice.email, paul.email]


def test_a_refused_send_is_told_to_who_asked_for_it(shop_account, shop, means, watch, paul, alice):
    intent = ask(shop_account, shop, by=paul)
    SendIntent.objects.filter(pk=intent.pk).update(state=states.REFUSED, since=timezone.now())
    assert told() == [paul.email]


def test_an_alarm_of_a_send_that_goes_on_is_told_too(shop_account, shop, paul):
    intent = ask(shop_account, shop, by=paul)
    now = timezone.now()
    SendIntent.objects.filter(pk=intent.pk).update(state=states.ACCEPTED, alarm="not_moving", alarm_at=now)
    assert told() == [paul.email]
    assert "has not gone on with it" in mail.outbox[0].body


def test_a_send_that_went_well_mails_nobody(shop_account, shop, means, watch, paul, alice):
    assert run(ask(shop_account, shop, by=paul), means, watch).state == states.SENT
    assert told() == []


def test_who_left_the_team_is_told_nothing(shop_account, shop, paul, alice):
    intent = ask(shop_account, shop, by=paul)
    SendIntent.objects.filter(pk=intent.pk).update(state=states.REFUSED, since=timezone.now())
    Member.objects.filter(user=paul).delete()
    assert told() == []


def test_a_mail_server_that_is_away_loses_no_news(shop_account, shop, paul, alice, settings):
    ask(shop_account, shop, estimate=50_000, by=paul)
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    assert tell_due(timezone.now()) == 0
    settings.EMAIL_BACKEND = working
    assert told() == [alice.email]


def test_an_address_that_is_refused_keeps_nobody_else_from_being_told_and_floods_nobody(
    shop_account, shop, paul, alice, monkeypatch
):
    carol, zoe = person(shop_account, "carol"), person(shop_account, "zoe")
    ask(shop_account, shop, estimate=50_000, by=paul)
    left = []

    def post(_subject, _body, _sender, to):
        if to == [carol.email]:
            raise SMTPRecipientsRefused({carol.email: (550, b"no such mailbox")})
        left.extend(to)

    monkeypatch.setattr("klaviyo_app.sending.telling.send_mail", post)
    for _sweep in range(3):
        tell_due(timezone.now())
    assert left == [alice.email, zoe.email]


def test_a_mail_server_that_goes_away_half_way_tells_each_person_once(shop_account, shop, paul, alice, monkeypatch):
    zoe = person(shop_account, "zoe")
    ask(shop_account, shop, estimate=50_000, by=paul)
    left, away = [], [True]

    def post(_subject, _body, _sender, to):
        if to == [zoe.email] and away[0]:
            raise ConnectionRefusedError
        left.extend(to)

    monkeypatch.setattr("klaviyo_app.sending.telling.send_mail", post)
    tell_due(timezone.now())
    tell_due(timezone.now())
    away[0] = False
    tell_due(timezone.now())
    tell_due(timezone.now())
    assert left == [alice.email, zoe.email]


def test_a_send_that_needs_a_decision_for_the_same_reason_again_is_told_again(shop_account, shop, paul, alice):
    intent = ask(shop_account, shop, by=paul)
    stuck = {"state": states.NEEDS_HUMAN, "reason": "never_moved", "alarm": "never_moved"}
    now = timezone.now()
    SendIntent.objects.filter(pk=intent.pk).update(since=now, alarm_at=now, **stuck)
    assert told() == [alice.email, paul.email]
    SendIntent.objects.filter(pk=intent.pk).update(state=states.ACCEPTED, reason="", alarm="", alarm_at=None)
    mail.outbox.clear()
    assert told() == []
    later = now + timedelta(hours=1)
    SendIntent.objects.filter(pk=intent.pk).update(since=later, alarm_at=later, **stuck)
    assert told() == [alice.email, paul.email]


def test_news_of_last_week_are_told_to_nobody(shop_account, shop, paul, alice):
    ask(shop_account, shop, estimate=50_000, by=paul)
    tell_due(timezone.now() + timedelta(days=7))
    assert mail.outbox == []


def test_a_campaign_s_name_cannot_write_headers(shop_account, shop, paul, alice):
    intent = ask(shop_account, shop, estimate=50_000, by=paul)
    SendIntent.objects.filter(pk=intent.pk).update(campaign_name="Sale\nBcc: x@example.com")
    assert told() == [alice.email]
    assert "\n" not in mail.outbox[0].subject
