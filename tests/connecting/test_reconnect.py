"""A second connection beside the first one; cancel, disconnect, adopt: what is deleted at Maton and what never is."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scopes_disabled

from klaviyo_app.accounts.models import Account
from klaviyo_app.connecting import protocol, services, states
from klaviyo_app.connecting.models import Attempt
from tests.connecting.rig import Maton, Person, accounts, attempt, sweep

pytestmark = pytest.mark.django_db


@pytest.fixture
def account(maton: Maton, admin: Person) -> Account:
    found = admin.connect(maton)
    assert found is not None
    return found


def test_a_reconnection_needs_no_question_and_deletes_the_old_one_after(
    maton: Maton, admin: Person, account: Account
) -> None:
    maton.consent(admin.press_connect(account)["Location"])
    admin.press("look")
    assert attempt().state == states.IN_USE
    now = accounts()
    assert [one.pk for one in now] == [account.pk]
    assert now[0].connection_id == attempt().connection_id != account.connection_id
    assert set(maton.connections()) == {maton.theirs, now[0].connection_id}


def test_a_reconnection_that_reaches_another_account_switches_nothing(
    maton: Maton, admin: Person, account: Account
) -> None:
    maton.consent(admin.press_connect(account)["Location"], account=maton.first["id"])
    admin.press("look")
    assert attempt().state == states.WRONG_ACCOUNT
    assert maton.first["name"] in admin.page()
    assert accounts()[0].connection_id == account.connection_id
    assert set(maton.connections()) == {maton.theirs, account.connection_id}


def test_a_connection_that_becomes_another_account_is_noticed_too(
    maton: Maton, admin: Person, account: Account
) -> None:
    link = admin.press_connect(account)["Location"]
    maton.mode(attempt().connection_id, f"as-account:{maton.first['id']}")
    maton.consent(link)
    admin.press("look")
    assert attempt().state == states.WRONG_ACCOUNT


def test_the_old_connection_serves_until_the_new_one_is_checked(maton: Maton, admin: Person, account: Account) -> None:
    admin.press_connect(account)
    assert accounts()[0].connection_id == account.connection_id
    assert maton.connections()[account.connection_id or ""] == "ACTIVE"


def test_an_old_one_that_cannot_be_deleted_now_is_deleted_later(maton: Maton, admin: Person, account: Account) -> None:
    link = admin.press_connect(account)["Location"]
    maton.consent(link)
    maton.fault("delete_connection", "503", times=50)
    admin.press("look")
    assert accounts()[0].connection_id == attempt().connection_id
    maton.well()
    sweep()
    assert account.connection_id not in maton.connections()


def test_the_old_one_stays_at_maton_until_the_new_one_has_answered_after_the_switch(
    maton: Maton, admin: Person, account: Account
) -> None:
    link = admin.press_connect(account)["Location"]
    maton.consent(link)
    maton.fault("get_accounts", "500", nth=2, times=50)
    admin.press("look")
    assert accounts()[0].connection_id == attempt().connection_id
    assert maton.connections()[account.connection_id or ""] == "ACTIVE"
    maton.well()
    sweep()
    assert account.connection_id not in maton.connections()


def test_a_worker_that_dies_between_checked_and_used_is_followed_by_another(
    maton: Maton, admin: Person, account: Account
) -> None:
    maton.consent(admin.press_connect(account)["Location"])
    with scopes_disabled():
        claimed = protocol.claim(attempt().pk, timezone.now())
        assert claimed is not None
        protocol.advance(claimed, services.means_for(claimed.team))
        assert attempt().state == states.CHECKED
        protocol.release(claimed)
    sweep()
    assert attempt().state == states.IN_USE


def test_a_reconnection_brings_a_broken_account_back(maton: Maton, admin: Person, account: Account) -> None:
    with scopes_disabled():
        Account.objects.update(health="needs_reconnecting", failures=4, health_since=timezone.now() - timedelta(days=1))
    admin.connect(maton, account)
    found = accounts()[0]
    assert (found.health, found.failures) == ("working", 0)


def test_cancel_deletes_the_connection_of_the_attempt_and_no_other(maton: Maton, admin: Person) -> None:
    stranger = maton.make()
    admin.press_connect()
    admin.press("cancel")
    assert set(maton.connections()) == {maton.theirs, stranger}


def test_cancel_is_an_end_that_a_worker_does_not_leave(maton: Maton, admin: Person) -> None:
    maton.consent(admin.press_connect()["Location"])
    admin.press("cancel")
    sweep()
    assert attempt().state == states.CANCELLED
    assert accounts() == []


def test_disconnect_says_what_stops_and_keeps_the_account(maton: Maton, admin: Person, account: Account) -> None:
    page = admin.get(f"/a/{account.pk}/disconnect/")
    assert "remove the app in Klaviyo too" in page
    assert admin.browser.post(f"/a/{account.pk}/disconnect/").status_code == 303
    found = accounts()[0]
    assert (found.connection_id, found.health, found.next_heartbeat_at) == (None, "disconnected", None)
    assert set(maton.connections()) == {maton.theirs}


def test_a_disconnected_account_comes_alive_as_the_same_one(maton: Maton, admin: Person, account: Account) -> None:
    admin.browser.post(f"/a/{account.pk}/disconnect/")
    again = admin.connect(maton)
    assert again is not None
    assert (again.pk, again.health) == (account.pk, "working")


def test_a_gateway_that_is_down_leaves_the_account_connected(maton: Maton, admin: Person, account: Account) -> None:
    maton.fault("delete_connection", "503", times=50)
    assert admin.browser.post(f"/a/{account.pk}/disconnect/").status_code >= 500
    assert accounts()[0].connection_id == account.connection_id


def test_a_connection_that_is_gone_at_maton_can_still_be_disconnected(
    maton: Maton, admin: Person, account: Account
) -> None:
    maton.mode(account.connection_id, "forgotten")
    admin.browser.post(f"/a/{account.pk}/disconnect/")
    assert accounts()[0].connection_id is None


def test_adopting_shows_accounts_by_name_and_not_connections(maton: Maton, admin: Person) -> None:
    page = admin.get(f"{admin.team}connect/adopt/")
    assert maton.first["name"] in page
    assert maton.second["name"] not in page


def adopt(maton: Maton, admin: Person) -> None:
    admin.browser.post(f"{admin.team}connect/adopt/", {"connection": maton.theirs})


def test_an_adopted_connection_is_checked_and_asked_about_like_a_new_one(maton: Maton, admin: Person) -> None:
    adopt(maton, admin)
    assert attempt().state == states.CHECKED
    admin.press("confirm")
    assert (accounts()[0].klaviyo_id, accounts()[0].connection_id) == (maton.first["id"], maton.theirs)


def test_an_adopted_connection_is_left_at_maton_and_can_be_chosen_again(maton: Maton, admin: Person) -> None:
    adopt(maton, admin)
    admin.press("cancel")
    assert maton.theirs in maton.connections()
    adopt(maton, admin)
    assert attempt().state == states.CHECKED


def test_disconnecting_an_adopted_one_leaves_it_at_maton_and_says_so(maton: Maton, admin: Person) -> None:
    adopt(maton, admin)
    admin.press("confirm")
    where = f"/a/{accounts()[0].pk}/disconnect/"
    assert "it stays there" in admin.get(where)
    admin.browser.post(where)
    assert accounts()[0].connection_id is None
    assert maton.connections()[maton.theirs] == "ACTIVE"


def test_a_reconnection_leaves_an_adopted_one_at_maton(maton: Maton, admin: Person) -> None:
    adopt(maton, admin)
    admin.press("confirm")
    admin.connect(maton, accounts()[0], to=maton.first["id"])
    assert accounts()[0].connection_id != maton.theirs
    sweep()
    assert maton.theirs in maton.connections()


def test_pressing_adopt_twice_makes_one_attempt(maton: Maton, admin: Person) -> None:
    adopt(maton, admin)
    adopt(maton, admin)
    with scopes_disabled():
        assert Attempt.objects.count() == 1


def test_a_connection_of_an_account_is_not_offered_and_not_taken(maton: Maton, admin: Person, account: Account) -> None:
    offered = admin.get(f"{admin.team}connect/adopt/").partition('id="adopt"')[2]
    assert maton.first["name"] in offered
    assert maton.second["name"] not in offered
    with scopes_disabled():
        Attempt.objects.update(connection_id=None)
    admin.browser.post(f"{admin.team}connect/adopt/", {"connection": account.connection_id or ""})
    with scopes_disabled():
        assert not Attempt.objects.filter(adopted=True).exists()
