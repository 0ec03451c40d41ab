"""Connecting an account, from the button to its tables, over real HTTP; consent is clicked on the sandbox's page."""

from __future__ import annotations

import pytest
from django_scopes import scopes_disabled

from dashboard.audit.models import Entry
from klaviyo_app.connecting import states
from klaviyo_app.connecting.models import Attempt
from klaviyo_app.mirror.models import Sync
from klaviyo_app.pages.models import Receipt
from tests.connecting.rig import Maton, Person, accounts, attempt, pass_time, sweep

pytestmark = pytest.mark.django_db


def test_the_button_is_answered_by_a_303_to_the_consent_page_that_nobody_keeps(maton: Maton, admin: Person) -> None:
    answer = admin.press_connect()
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{maton.url}/connect/?session_token=")
    assert answer["Cache-Control"] == "no-store"
    assert answer["Referrer-Policy"] == "no-referrer"


def test_an_account_is_shown_before_it_is_used(maton: Maton, admin: Person) -> None:
    maton.consent(admin.press_connect()["Location"])
    admin.press("look")
    page = admin.page()
    assert maton.second["name"] in page
    assert "Use this account" in page
    assert accounts() == []


def test_a_confirmed_account_is_the_one_that_was_chosen_not_the_oldest(maton: Maton, admin: Person) -> None:
    account = admin.connect(maton)
    assert account is not None
    assert (account.klaviyo_id, account.health, account.connected_by.name) == (maton.second["id"], "working", "Alice")
    assert account.connection_id == attempt().connection_id != maton.theirs


def test_the_log_calls_a_first_connection_connected_not_reconnected(maton: Maton, admin: Person) -> None:
    admin.connect(maton)
    with scopes_disabled():
        actions = set(Entry.objects.values_list("action", flat=True))
    assert "account.connected" in actions
    assert "account.reconnected" not in actions


def test_the_tables_of_all_kinds_are_asked_for_when_an_account_is_used(maton: Maton, admin: Person) -> None:
    account = admin.connect(maton)
    with scopes_disabled():
        kinds = set(Sync.objects.filter(account=account, asked_at__isnull=False).values_list("kind", flat=True))
    assert kinds >= {"list", "segment", "campaign", "template", "coupon"}


def test_the_page_follows_our_rows_and_asks_only_while_something_moves(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    assert "Waiting for you at Klaviyo" in admin.page()
    assert 'hx-trigger="every 1s"' in admin.page()
    before = maton.world.count("get_connection")
    for _ in range(5):
        admin.browser.get(admin.here(), headers={"HX-Request": "true"})
    assert maton.world.count("get_connection") == before
    admin.press("cancel")
    assert "every 1s" not in admin.page()


def test_a_worker_carries_it_on_without_the_page(maton: Maton, admin: Person) -> None:
    maton.consent(admin.press_connect()["Location"])
    sweep()
    assert attempt().state == states.CHECKED


def test_what_may_be_read_is_learned_family_by_family(maton: Maton, admin: Person) -> None:
    link = admin.press_connect()["Location"]
    maton.mode(attempt().connection_id, "lack-scope:coupons:read")
    maton.consent(link)
    admin.press("look")
    rights = attempt().found["rights"]
    assert {family for family, one in rights.items() if one["may"] is False} >= {"coupons"}
    assert rights["lists"]["may"] is True
    assert "coupons" in admin.page()
    admin.press("confirm")
    assert accounts()[0].health == "rights_missing"


def test_a_connection_that_may_not_read_the_account_ends_so(maton: Maton, admin: Person) -> None:
    link = admin.press_connect()["Location"]
    made = attempt().connection_id
    maton.mode(made, "lack-scope:accounts:read")
    maton.consent(link)
    admin.press("look")
    assert attempt().state == states.RIGHTS_MISSING
    assert made not in maton.connections()


def test_a_refusal_at_klaviyo_is_an_end_with_a_reason(maton: Maton, admin: Person) -> None:
    maton.consent(admin.press_connect()["Location"], "refuse")
    admin.press("look")
    assert attempt().state == states.FAILED
    assert "refused at Klaviyo" in admin.page()


def test_a_connection_that_fails_by_itself_ends_so(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    maton.mode(attempt().connection_id, "fail")
    sweep()
    assert attempt().state == states.FAILED


def test_a_connection_that_maton_forgets_ends_so(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    maton.mode(attempt().connection_id, "forgotten")
    sweep()
    assert attempt().state == states.FAILED


def test_pending_for_half_an_hour_is_given_up_and_found_again_when_somebody_comes_back(
    maton: Maton, admin: Person
) -> None:
    link = admin.press_connect()["Location"]
    pass_time(1801)
    sweep()
    assert attempt().state == states.TIMED_OUT
    maton.consent(link)
    sweep()
    assert attempt().state == states.TIMED_OUT
    assert "half an hour" in admin.page()  # the visit asks once more
    sweep()
    assert attempt().state == states.CHECKED


def test_one_that_stays_pending_after_consent_is_given_up_too(maton: Maton, admin: Person) -> None:
    link = admin.press_connect()["Location"]
    maton.mode(attempt().connection_id, "stuck")
    maton.consent(link)
    pass_time(1801)
    sweep()
    assert attempt().state == states.TIMED_OUT


def test_a_link_that_is_opened_again_is_waited_for_again(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    pass_time(1801)
    sweep()
    assert admin.press("open").status_code == 303
    assert attempt().state == states.WAITING


def test_an_expired_link_is_made_anew(maton: Maton, admin: Person) -> None:
    old = admin.press_connect()["Location"]
    maton.mode(attempt().connection_id, "expire-link")
    assert maton.consent(old) == 410
    new = admin.press("open")["Location"]
    assert new != old
    assert maton.consent(new) == 200


def test_a_dead_grant_right_after_consent_is_not_taken_for_an_account(
    monkeypatch: pytest.MonkeyPatch, maton: Maton, admin: Person
) -> None:
    monkeypatch.setattr("klaviyo_app.gateway.circuit.PROBE_S", 0)  # nobody presses twice in three seconds
    maton.consent(admin.press_connect()["Location"])
    maton.mode(attempt().connection_id, "dead-grant")
    admin.press("look")
    assert attempt().state == states.AUTHORISED
    pass_time(301)
    sweep()
    assert attempt().state == states.GATEWAY_DOWN
    maton.mode(attempt().connection_id, "working")
    admin.press("look")
    assert attempt().state == states.CHECKED


@pytest.mark.parametrize("spelling", ["connection_Id", "id", "nested"])
def test_every_spelling_of_the_id_is_understood(maton: Maton, admin: Person, spelling: str) -> None:
    maton.setting(connection_spelling=spelling, sparse_connections=True)
    maton.consent(admin.press_connect()["Location"])
    admin.press("look")
    assert attempt().state == states.CHECKED


def test_two_presses_of_one_form_make_one_attempt_with_a_link_each(maton: Maton, admin: Person) -> None:
    links = {admin.press_connect(form_token="t")["Location"] for _ in range(2)}
    assert all("session_token" in link for link in links)
    with scopes_disabled():
        assert Attempt.objects.count() == 1
    assert maton.world.count("create_connection") == 1


def test_a_form_of_an_ended_attempt_begins_a_new_one(maton: Maton, admin: Person) -> None:
    admin.press_connect(form_token="t")
    admin.press("cancel")
    assert "session_token" in admin.press_connect(form_token="t")["Location"]
    assert attempt().state == states.WAITING


def test_the_first_tab_waits_for_the_attempt_of_this_press_not_for_an_older_one(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    form = admin.browser.get(f"{admin.team}connect/").content.decode()
    then = f"{admin.team}connect/latest/?after={attempt().pk}"
    assert f'data-then="{then}"' in form
    assert admin.browser.get(then).status_code == 200
    admin.press_connect()
    assert admin.browser.get(then)["Location"] == admin.here()


def test_using_an_account_twice_makes_it_once(maton: Maton, admin: Person) -> None:
    maton.consent(admin.press_connect()["Location"])
    admin.press("look")
    first, second = admin.press("confirm"), admin.press("confirm")
    assert first["Location"] == second["Location"] == f"/a/{accounts()[0].pk}/"
    assert len(accounts()) == 1


def test_an_account_that_is_connected_already_is_not_connected_twice(maton: Maton, admin: Person) -> None:
    account = admin.connect(maton)
    maton.consent(admin.press_connect()["Location"])
    admin.press("look")
    assert "is connected already" in admin.page()
    assert "Use this account" not in admin.page()
    admin.press("confirm")
    assert attempt().state == states.CANCELLED
    assert account is not None
    assert [one.connection_id for one in accounts()] == [account.connection_id]
    sweep()
    assert set(maton.connections()) == {maton.theirs, account.connection_id}


def test_the_link_is_stored_nowhere(maton: Maton, admin: Person) -> None:
    token = admin.press_connect(form_token="t")["Location"].partition("session_token=")[2]
    with scopes_disabled():
        rows = [*Attempt.objects.values(), *Receipt.objects.values(), *Entry.objects.values()]
    assert rows
    assert token not in repr(rows)
    assert token not in admin.page()


def test_a_link_to_another_host_is_not_followed(maton: Maton, admin: Person, settings) -> None:
    settings.MATON_CONNECT_HOSTS = ["connect.maton.ai"]
    answer = admin.press_connect()
    assert answer["Location"] == admin.here()
    page = admin.page()
    assert "does not allow" in page
    assert "session_token" not in page
