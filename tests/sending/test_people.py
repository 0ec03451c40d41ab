"""What people ask for, approve and decide, and that it is still what leaves."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from dashboard.teams.models import Role
from klaviyo_app.sending import protocol, services, states, taking_back
from klaviyo_app.sending.content import read_content
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.services import CannotSend
from tests.sending.rig import (
    _identity,
    ask,
    means,
    ours,
    person,
    run,
    shop,
    shop_account,
    watch,
)

__all__ = ["_identity", "means", "ours", "shop", "shop_account", "watch"]
pytestmark = pytest.mark.django_db


def test_above_the_threshold_a_second_person_must_say_yes(shop_account, shop, means, watch):
    intent = ask(shop_account, shop, estimate=50_000)
    content = read_content(means.remote(shop_account).client, "C1")
    assert intent.state == states.REQUESTED
    with pytest.raises(CannotSend):
        services.approve(intent, content=content, seen=content.digest, by=intent.requested_by)
    services.approve(intent, content=content, seen=content.digest, by=person(shop_account, "alice", Role.ADMIN))
    assert run(intent, means, watch).state == states.SENT


def test_an_editor_cannot_send(shop_account, shop):
    with pytest.raises(CannotSend):
        ask(shop_account, shop, by=person(shop_account, "bob", Role.EDITOR))


def test_the_same_mail_in_another_campaign_is_asked_about(shop_account, shop, means, watch):
    run(ask(shop_account, shop), means, watch)
    first = SendIntent.objects.get()
    SendIntent.objects.update(likeness=read_content(means.remote(shop_account).client, "C2").likeness)
    with pytest.raises(services.LooksAlike):
        ask(shop_account, shop, "C2", by=first.requested_by)


def test_a_number_of_an_unknown_age_is_counted_anew_before_one_person_alone_sends(shop_account, shop, means, watch):
    intent = ask(shop_account, shop, estimate=10, counted=False)
    shop.estimate = 50_000  # people were added after Klaviyo had counted
    intent = run(intent, means, watch)
    assert (intent.state, intent.reason, shop.posts) == (states.NEEDS_HUMAN, "recipients", {})


def test_what_a_second_person_has_approved_leaves_without_another_count(shop_account, shop, means, watch):
    intent = ask(shop_account, shop, estimate=50_000, counted=False)
    content = read_content(means.remote(shop_account).client, "C1")
    services.approve(intent, content=content, seen=content.digest, by=person(shop_account, "alice", Role.ADMIN))
    assert (run(intent, means, watch).state, shop.counted) == (states.SENT, 0)


def test_a_send_that_was_held_for_long_is_counted_again_before_it_leaves(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    watch.pass_(3600)
    protocol.attend(intent.pk, means)
    intent.refresh_from_db()
    assert (intent.state, intent.reason, shop.counted, shop.posts) == (states.ARMED, "counting", 1, {})
    watch.pass_(3)
    assert (run(intent, means, watch).state, shop.counted) == (states.SENT, 1)


@pytest.mark.parametrize(("approved", "now"), [(10, 50_000), (60, 0), (60, None), (30, 400)])
def test_an_audience_that_jumped_since_the_approval_is_shown_to_a_person(
    approved, now, shop_account, shop, means, watch
):
    intent = ask(shop_account, shop, estimate=approved)
    shop.estimate = now
    watch.pass_(3600)
    intent = run(intent, means, watch)
    assert (intent.state, intent.reason, shop.posts) == (states.NEEDS_HUMAN, "recipients", {})
    assert intent.evidence == {"approved": approved, "counted": now}


def test_of_two_campaigns_with_the_same_mail_that_wait_together_one_leaves(shop_account, shop, means, watch):
    first, second = ask(shop_account, shop), ask(shop_account, shop, "C2")
    SendIntent.objects.update(likeness=first.likeness)
    assert protocol.attend(second.pk, means) == states.NEEDS_HUMAN
    assert run(first, means, watch).state == states.SENT
    assert "C2" not in shop.posts


def test_the_same_mail_is_asked_about_while_the_other_one_still_waits(shop_account, shop, means):
    first = ask(shop_account, shop)
    SendIntent.objects.update(likeness=read_content(means.remote(shop_account).client, "C2").likeness)
    with pytest.raises(services.LooksAlike):
        ask(shop_account, shop, "C2", by=first.requested_by)


@pytest.mark.parametrize("state", [states.ACCEPTED, states.SENDING, states.NEEDS_HUMAN])
def test_the_same_mail_is_asked_about_however_long_ago_the_other_one_was_planned(shop_account, shop, means, state):
    first = ask(shop_account, shop)
    long_ago = timezone.now() - timedelta(days=3)  # at Klaviyo since then, to leave tomorrow
    SendIntent.objects.filter(pk=first.pk).update(state=state, since=long_ago, campaign_id="C0")
    with pytest.raises(services.LooksAlike):
        ask(shop_account, shop, by=first.requested_by)


def test_the_same_mail_that_is_planned_at_klaviyo_stops_a_send_that_is_ready(shop_account, shop, means, watch):
    second = ask(shop_account, shop)
    long_ago = timezone.now() - timedelta(days=3)
    planned = SendIntent.objects.get(pk=second.pk)
    planned.pk, planned.campaign_id, planned.state, planned.since = None, "C0", states.ACCEPTED, long_ago
    planned.save()
    second = run(second, means, watch)
    assert (second.state, second.reason, shop.posts) == (states.NEEDS_HUMAN, "alike", {})


def test_a_mail_that_left_days_ago_is_no_news(shop_account, shop, means, watch):
    first = run(ask(shop_account, shop), means, watch)
    long_ago = timezone.now() - timedelta(days=3)
    SendIntent.objects.filter(pk=first.pk).update(since=long_ago, campaign_id="C0")
    shop.accepted.clear()
    assert ask(shop_account, shop, by=first.requested_by).state == states.ARMED


def test_send_again_is_a_new_generation_and_needs_the_typed_name(shop_account, shop, means, watch):
    shop.kind = "dropped"
    intent = run(ask(shop_account, shop), means, watch)
    client = means.remote(shop_account).client
    content = read_content(client, "C1")
    word = {"content": content, "client": client, "seen": content.digest, "by": intent.requested_by}
    with pytest.raises(CannotSend):
        services.decide(intent, "again", typed_name="something", **word)
    services.decide(intent, "again", typed_name=intent.campaign_name, **word)
    shop.kind = "accepted"
    intent = run(intent, means, watch)
    assert (intent.state, intent.generation, len(shop.accepted["C1"])) == (states.SENT, 2, 1)


def test_one_person_alone_cannot_turn_a_small_send_into_a_large_one_by_deciding(shop_account, shop, means, watch):
    intent = ask(shop_account, shop)
    shop.versions["C1"] = 1  # edited by whoever wants it out
    intent = run(intent, means, watch)
    shop.estimate = 50_000
    client = means.remote(shop_account).client
    content = read_content(client, "C1")
    for decider in (intent.requested_by, person(shop_account, "peter")):
        with pytest.raises(CannotSend):
            services.decide(
                intent,
                "again",
                typed_name=intent.campaign_name,
                content=content,
                seen=content.digest,
                client=client,
                by=decider,
            )
    assert (run(intent, means, watch).state, shop.posts) == (states.NEEDS_HUMAN, {})


def test_one_person_alone_sends_again_only_to_people_who_were_counted_anew(shop_account, shop, means, watch):
    shop.kind = "dropped"
    intent = run(ask(shop_account, shop), means, watch)
    client = means.remote(shop_account).client
    content = read_content(client, "C1")
    shop.estimate = 10  # as Klaviyo counted when it was first asked for
    word = {"typed_name": intent.campaign_name, "content": content, "client": client, "seen": content.digest}
    services.decide(intent, "again", **word, by=intent.requested_by)
    shop.estimate = 50_000  # as it is now
    intent = run(intent, means, watch)
    assert (intent.state, intent.reason, shop.posts) == (states.NEEDS_HUMAN, "recipients", {"C1": 1})


def test_klaviyo_is_not_asked_while_the_database_is_held(shop_account, shop, means, watch):
    shop.kind = "dropped"
    intent = run(ask(shop_account, shop), means, watch)
    client = means.remote(shop_account).client
    content = read_content(client, "C1")
    outside, call, held = list(connection.savepoint_ids), client.call, []

    def asked(name, **more):
        held.append(connection.savepoint_ids != outside)
        return call(name, **more)

    client.call = asked
    word = {"typed_name": intent.campaign_name, "content": content, "client": client, "seen": content.digest}
    services.decide(intent, "again", **word, by=intent.requested_by)
    assert set(held) == {False}


def test_it_can_be_taken_back_at_klaviyo(shop_account, shop, means):
    intent = ask(shop_account, shop)
    protocol.attend(intent.pk, means)
    assert taking_back.take_back(intent, "revert", by=intent.requested_by, means=means)
    intent.refresh_from_db()
    assert intent.state == states.CANCELLED
