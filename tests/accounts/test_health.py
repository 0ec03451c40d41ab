"""An account's health by our own heartbeat: what each kind of trouble is taken for, and who is told once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from dashboard.teams.models import Team, User
from klaviyo_app.accounts import health, tasks
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account, CallRecord, MatonKey
from klaviyo_app.gateway.errors import Forbidden
from tests.connecting.rig import Maton, accounts

pytestmark = pytest.mark.django_db
OnCommit = Callable[..., Any]


@pytest.fixture
def account(maton: Maton, team: Team) -> Account:
    """On the second Klaviyo account of the key."""
    return connected(maton, team, maton.second)


def connected(maton: Maton, team: Team, told: dict[str, str]) -> Account:
    made = maton.world.sandbox.tell("connect", key=maton.world.key, account_id=told["id"])["connection_id"]
    rights = {"lists": {"may": True, "detail": ""}}
    now = timezone.now()
    with scopes_disabled():
        return Account.objects.create(
            team=team, klaviyo_id=told["id"], name=told["name"], connection_id=made, rights=rights, health_since=now
        )


def beat(account: Account, *, after: int = 0) -> Account:
    """One heartbeat, after so many that failed; the row as it is then."""
    with scopes_disabled():
        if after:
            Account.objects.filter(pk=account.pk).update(failures=after)
        found = Account.objects.select_related("team").get(pk=account.pk)
    with scope(team=found.team, account=found):
        health.heartbeat(found, now=timezone.now)
        return Account.objects.get(pk=account.pk)


def test_a_good_answer_is_working_for_an_hour(account: Account) -> None:
    now = beat(account)
    assert (now.health, now.failures) == ("working", 0)
    assert now.last_good_at is not None
    assert now.next_heartbeat_at is not None
    assert 3500 < (now.next_heartbeat_at - timezone.now()).total_seconds() <= 3600


def test_a_heartbeat_brings_what_the_account_says_of_itself(account: Account, client_of: Any, alice: User) -> None:
    now = beat(account)
    assert now.website.startswith("https://")
    assert all((now.address, now.public_key, now.currency, now.locale, now.sender_email))
    page = client_of(alice).get(f"/a/{account.pk}/").content.decode()
    for words in (now.website, now.address, now.public_key, now.locale):
        assert words in page


def test_control_and_gateway_may_be_two_hosts(maton: Maton, account: Account, settings: Any) -> None:
    settings.MATON_CONTROL_URL = settings.MATON_GATEWAY_URL.replace("127.0.0.1", "localhost")
    assert settings.MATON_CONTROL_URL != settings.MATON_GATEWAY_URL
    maton.mode(account.connection_id, "dead-grant")  # the control plane is asked only about a failing account
    assert beat(account, after=3).health == "needs_reconnecting"


def test_one_failure_is_no_verdict(maton: Maton, account: Account) -> None:
    maton.mode(account.connection_id, "dead-grant")
    now = beat(account)
    assert (now.health, now.failures) == ("working", 1)
    assert now.next_heartbeat_at is not None
    assert (now.next_heartbeat_at - timezone.now()).total_seconds() <= 5


def test_a_dead_grant_needs_reconnecting_while_another_account_answers(
    maton: Maton, account: Account, team: Team
) -> None:
    connected(maton, team, maton.first)
    maton.mode(account.connection_id, "dead-grant")
    assert beat(account, after=2).health == "needs_reconnecting"


def test_a_dead_grant_of_the_only_account_needs_reconnecting(maton: Maton, account: Account) -> None:
    maton.mode(account.connection_id, "dead-grant")
    assert beat(account, after=2).health == "needs_reconnecting"


def test_when_every_account_fails_it_is_the_gateway(maton: Maton, account: Account, team: Team) -> None:
    other = connected(maton, team, maton.first)
    maton.mode(account.connection_id, "dead-grant")
    maton.mode(other.connection_id, "dead-grant")
    assert beat(account, after=2).health == "gateway_trouble"


def test_an_account_that_is_dead_for_long_says_nothing_about_the_gateway(
    maton: Maton, account: Account, team: Team
) -> None:
    other = connected(maton, team, maton.first)
    maton.mode(account.connection_id, "dead-grant")
    maton.mode(other.connection_id, "dead-grant")
    with scopes_disabled():
        Account.objects.filter(pk=other.pk).update(health="needs_reconnecting", failures=99)
    assert beat(account, after=2).health == "needs_reconnecting"


@pytest.mark.parametrize("fault", ["503", "html", "redirect", "reset-before"])
def test_trouble_of_the_gateway_raises_no_call_to_reconnect(maton: Maton, account: Account, fault: str) -> None:
    maton.fault("get_accounts", fault, times=50)
    assert beat(account, after=2).health == "gateway_trouble"


def test_klaviyos_own_500_is_not_taken_for_a_dead_grant(maton: Maton, account: Account) -> None:
    maton.fault("get_accounts", "500", times=50)
    assert beat(account, after=2).health == "gateway_trouble"


def test_a_gateway_that_cannot_be_reached_is_trouble(account: Account, settings: Any) -> None:
    settings.MATON_GATEWAY_URL = settings.MATON_CONTROL_URL = "http://127.0.0.1:9"
    assert beat(account, after=2).health == "gateway_trouble"


@pytest.mark.parametrize("mode", ["forgotten", "fail"])
def test_a_connection_that_maton_does_not_have_needs_reconnecting_at_once(
    maton: Maton, account: Account, mode: str
) -> None:
    maton.mode(account.connection_id, mode)
    assert beat(account).health == "needs_reconnecting"


def test_klaviyos_401_needs_reconnecting_at_once(maton: Maton, account: Account) -> None:
    maton.fault("get_accounts", "401")
    assert beat(account).health == "needs_reconnecting"


def test_a_connection_that_answers_as_another_account_is_not_used(maton: Maton, account: Account) -> None:
    maton.mode(account.connection_id, f"as-account:{maton.first['id']}")
    now = beat(account)
    assert (now.health, now.name) == ("needs_reconnecting", account.name)


def test_a_refused_key_is_trouble_of_the_key_and_not_of_the_account(account: Account, settings: Any) -> None:
    settings.MATON_API_KEY = "mtn_revoked_key_12"
    now = beat(account, after=2)
    assert now.health == "gateway_trouble"
    assert "refuses the key" in now.health_detail["words"]


def test_a_teams_key_that_is_refused_is_noted(account: Account, team: Team) -> None:
    MatonKey.objects.create(team=team, key="mtn_revoked_key_12", last_four="y_12", proved_at=timezone.now())
    beat(account)
    assert MatonKey.objects.get().refused_at is not None


def test_an_account_without_any_key_does_not_break_the_heartbeat(account: Account, settings: Any) -> None:
    settings.MATON_API_KEY = ""
    assert beat(account, after=2).health == "gateway_trouble"


def test_an_answer_that_takes_more_than_five_seconds_is_slow_and_then_well_again(
    maton: Maton, account: Account
) -> None:
    maton.fault("get_accounts", "latency", seconds=5.2)
    assert beat(account).health == "slow"
    assert beat(account).health == "working"


def test_too_many_requests_is_slow_and_no_failure(maton: Maton, account: Account) -> None:
    maton.fault("get_accounts", "429", seconds=60, times=50)
    now = beat(account)
    assert (now.health, now.failures) == ("slow", 0)
    assert now.next_heartbeat_at is not None
    assert (now.next_heartbeat_at - timezone.now()).total_seconds() > 50


def test_a_right_that_is_taken_away_is_found_after_the_first_refusal_and_found_again(
    maton: Maton, account: Account
) -> None:
    maton.mode(account.connection_id, "lack-scope:coupons:read")
    assert beat(account).health == "working"
    with scope(team=account.team, account=account), pytest.raises(Forbidden):
        client_for(account).call("get_coupons")
    now = beat(account)
    assert now.health == "rights_missing"
    assert now.health_detail["words"] == "coupons"
    maton.mode(account.connection_id, "working")
    assert beat(account).health == "working"


def test_an_account_that_may_not_even_say_its_name_lacks_rights(maton: Maton, account: Account) -> None:
    maton.mode(account.connection_id, "lack-scope:accounts:read")
    assert beat(account).health == "rights_missing"


def test_a_call_that_fails_brings_the_heartbeat_forward(maton: Maton, account: Account) -> None:
    beat(account)
    maton.fault("get_lists", "503", times=50)
    with scope(team=account.team, account=account), pytest.raises(Exception, match=r"."):
        client_for(account).call("get_lists")
    later = accounts()[0].next_heartbeat_at
    assert later is not None
    assert (later - timezone.now()).total_seconds() <= 5


def test_a_heartbeat_of_a_connection_that_was_replaced_changes_nothing(maton: Maton, account: Account) -> None:
    maton.mode(account.connection_id, "forgotten")
    with scopes_disabled():
        stale = Account.objects.select_related("team").get(pk=account.pk)
        Account.objects.filter(pk=account.pk).update(connection_id="the-new-one")
    with scope(team=stale.team, account=stale):
        health.heartbeat(stale, now=timezone.now)
    now = accounts()[0]
    assert (now.health, now.failures) == ("working", 0)


def test_the_worker_asks_only_accounts_whose_time_has_come(maton: Maton, account: Account) -> None:
    with scopes_disabled():
        Account.objects.update(next_heartbeat_at=timezone.now())
    tasks.heartbeats()
    tasks.heartbeats()
    assert maton.world.count("get_accounts") == 1


def test_a_team_whose_stored_key_does_not_open_keeps_no_other_account_from_its_heartbeat(
    maton: Maton, account: Account
) -> None:
    with scopes_disabled():
        other = Team.objects.create(name="Other", slug="other-team")
        MatonKey.objects.create(team=other, key="lost-key", last_four="-key", proved_at=timezone.now())
        with connection.cursor() as cursor:
            cursor.execute("UPDATE klaviyo_app_matonkey SET key = 'written with a key that is lost'")
        Account.objects.filter(pk=account.pk).update(next_heartbeat_at=timezone.now())
        longest = timezone.now() - timedelta(minutes=1)
        shut = Account.objects.create(
            team=other, klaviyo_id="X", name="X", connection_id="x", next_heartbeat_at=longest
        )
    with patch.object(health, "heartbeat", wraps=health.heartbeat) as beat:
        tasks.heartbeats()
    assert {call.args[0].pk for call in beat.call_args_list} == {account.pk, shut.pk}
    assert maton.world.count("get_accounts") == 1


# --- the revision that is served -------------------------------------------------------------------------------


def test_a_revision_that_klaviyo_serves_otherwise_is_noted_and_shown(
    account: Account, settings: Any, client_of: Any, alice: User
) -> None:
    page = f"/a/{account.pk}/"
    beat(account)
    assert "another API revision" not in client_of(alice).get(page).content.decode()
    settings.KLAVIYO_REVISION = "2024-10-15"
    assert beat(account).served_revision == "2025-01-15"
    shown = client_of(alice).get(page).content.decode()
    assert "Asked for 2024-10-15, served 2025-01-15" in shown


# --- who is told ------------------------------------------------------------------------------------------------


@pytest.fixture
def people(alice: User, paul: User, bob: User, vera: User, charlie: User) -> None:
    """Everybody is there."""


def test_admins_are_told_once_when_a_lasting_failure_begins(
    maton: Maton, account: Account, people: None, django_capture_on_commit_callbacks: OnCommit
) -> None:
    maton.mode(account.connection_id, "forgotten")
    with django_capture_on_commit_callbacks(execute=True):
        beat(account)
        beat(account)
    assert [one.to for one in mail.outbox] == [["alice@example.com"]]
    assert "needs reconnecting" in mail.outbox[0].subject
    assert f"/a/{account.pk}/" in mail.outbox[0].body
    assert accounts()[0].health_detail["told"] == ["Alice"]


def test_a_mail_has_nothing_secret_in_it(
    maton: Maton, account: Account, people: None, django_capture_on_commit_callbacks: OnCommit
) -> None:
    maton.mode(account.connection_id, "forgotten")
    with django_capture_on_commit_callbacks(execute=True):
        beat(account)
    text = mail.outbox[0].subject + mail.outbox[0].body
    assert maton.world.key not in text
    assert (account.connection_id or "") not in text


def test_trouble_of_the_gateway_is_told_once_for_all_accounts(
    maton: Maton, account: Account, team: Team, people: None, django_capture_on_commit_callbacks: OnCommit
) -> None:
    other = connected(maton, team, maton.first)
    maton.fault("get_accounts", "redirect", times=50)
    with django_capture_on_commit_callbacks(execute=True):
        assert beat(account, after=2).health == beat(other, after=2).health == "gateway_trouble"
    assert len(mail.outbox) == 1


def test_a_failure_that_passes_is_told_to_nobody(
    maton: Maton, account: Account, people: None, django_capture_on_commit_callbacks: OnCommit
) -> None:
    maton.fault("get_accounts", "redirect")
    with django_capture_on_commit_callbacks(execute=True):
        beat(account)
        beat(account)
    assert mail.outbox == []


def test_an_account_with_a_line_break_in_its_name_is_told_too(
    maton: Maton, account: Account, people: None, django_capture_on_commit_callbacks: OnCommit
) -> None:
    with scopes_disabled():
        Account.objects.update(name="Shop\nBcc: x@example.com")
    maton.mode(account.connection_id, "forgotten")
    with django_capture_on_commit_callbacks(execute=True):
        beat(account)
    assert mail.outbox[0].to == ["alice@example.com"]


# --- the pages --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["alice", "paul", "bob", "vera"])
def test_every_member_sees_how_the_account_is(account: Account, people: None, client_of: Any, name: str) -> None:
    beat(account)
    page = client_of(User.objects.get(email=f"{name}@example.com")).get(f"/a/{account.pk}/").content.decode()
    assert "working" in page
    assert ("Disconnect" in page) == (name == "alice")
    assert (account.connection_id or "") not in page


@pytest.mark.parametrize("state", ["slow", "rights_missing", "gateway_trouble", "needs_reconnecting", "disconnected"])
def test_every_health_is_shown_in_words(account: Account, client_of: Any, alice: User, state: str) -> None:
    with scopes_disabled():
        Account.objects.update(health=state, health_detail={"words": "Some words.", "told": ["Alice"]})
    page = client_of(alice).get(f"/a/{account.pk}/").content.decode()
    assert state.replace("_", " ") in page
    assert "Some words." in page


def test_the_last_calls_are_there_for_support_without_what_was_in_them(
    maton: Maton, account: Account, client_of: Any, alice: User
) -> None:
    beat(account)
    told = client_of(alice).get(f"/a/{account.pk}/calls.json").json()
    assert [(one["operation"], one["status"]) for one in told["calls"]] == [("get_accounts", 200)]
    assert maton.world.key not in repr(told)
    with scopes_disabled():
        assert CallRecord.objects.count() == 1
