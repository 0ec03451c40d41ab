"""Who sees the pages of connecting, what stands on them, and where Maton's key is and is not."""

from __future__ import annotations

import logging
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.utils import timezone
from django_scopes import scopes_disabled

from dashboard.teams.models import Role, User
from klaviyo_app.accounts.clients import gateway_for
from klaviyo_app.accounts.models import CallRecord, MatonKey
from klaviyo_app.connecting import services, states
from klaviyo_app.connecting.models import Attempt
from klaviyo_app.connecting.words import WORDS
from tests.cast import make_person
from tests.connecting.rig import Maton, Person, accounts, attempt, pass_time, sweep

pytestmark = pytest.mark.django_db
PAGES = ("connect/", "connect/latest/", "connect/adopt/", "key/", "key/remove/", "connect/{attempt}/")
POSTS = ("connect/", "connect/adopt/", "connect/{attempt}/{button}/")


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.PUBLISHER])
@pytest.mark.parametrize("page", PAGES)
def test_only_admins_see_the_pages_of_connecting(
    maton: Maton, admin: Person, client_of: Any, role: Role, page: str
) -> None:
    admin.press_connect()
    other = make_person("somebody", attempt().team, role)
    where = admin.team + page.format(attempt=attempt().pk)
    assert client_of(other).get(where).status_code == 403
    assert admin.browser.get(where).status_code in {200, 303}


@pytest.mark.parametrize("button", ["open", "link", "look", "confirm", "cancel"])
def test_nobody_else_moves_an_attempt(
    maton: Maton, admin: Person, client_of: Any, paul: User, charlie: User, button: str
) -> None:
    admin.press_connect()
    before = attempt()
    where = admin.here(f"{button}/")
    assert client_of(paul).post(where).status_code == 403
    assert client_of(charlie).post(where).status_code == 404
    assert client_of(charlie).post(where.replace("northlight", "saltmarsh")).status_code == 404
    assert (attempt().state, attempt().fence) == (before.state, before.fence)


def test_another_teams_attempt_and_account_are_not_there(
    maton: Maton, admin: Person, client_of: Any, charlie: User
) -> None:
    account = admin.connect(maton)
    assert account is not None
    stranger = client_of(charlie)
    theirs = stranger.get("/t/saltmarsh/connect/").content.decode()
    assert "Begun and not finished" not in theirs
    assert account.name not in theirs
    for name in ("", "reconnect/", "disconnect/", "calls.json"):
        assert stranger.get(f"/a/{account.pk}/{name}").status_code in {404, 405}
        assert stranger.post(f"/a/{account.pk}/{name}").status_code in {404, 405}
    assert accounts()[0].connection_id == account.connection_id


def test_two_teams_work_on_one_klaviyo_account_with_a_connection_each(
    maton: Maton, admin: Person, client_of: Any, charlie: User, other_team: Any
) -> None:
    admin.connect(maton)
    other = Person(client_of(charlie), other_team)
    other.connect(maton)
    both = accounts()
    assert [one.team.name for one in both] == ["Northlight", "Saltmarsh"]
    assert both[0].klaviyo_id == both[1].klaviyo_id
    assert both[0].connection_id != both[1].connection_id


def test_a_connection_of_another_team_is_not_adopted(
    maton: Maton, admin: Person, client_of: Any, charlie: User, other_team: Any
) -> None:
    account = admin.connect(maton)
    assert account is not None
    other = Person(client_of(charlie), other_team)
    assert maton.second["name"] not in other.get(f"{other.team}connect/adopt/")
    other.browser.post(f"{other.team}connect/adopt/", {"connection": account.connection_id})
    assert attempt().team == account.team
    assert len(accounts()) == 1


@pytest.mark.parametrize("wanted", ["", "..", "a/b", "a\nb", "a?b", "x" * 101])
def test_what_cannot_be_a_connection_is_not_adopted(maton: Maton, admin: Person, wanted: str) -> None:
    assert admin.browser.post(f"{admin.team}connect/adopt/", {"connection": wanted}).status_code == 404
    with scopes_disabled():
        assert not Attempt.objects.exists()


@pytest.mark.parametrize("state", sorted(WORDS))
def test_every_state_has_a_page_with_its_words_and_a_way_on(maton: Maton, admin: Person, state: str) -> None:
    admin.press_connect()
    with scopes_disabled():
        found = {"id": "X", "name": "Shop", "rights": {}, "test_account": False}
        type(attempt()).objects.update(state=state, found=found, next_look_at=None)
    page = admin.page()
    assert str(WORDS[state][0]) in page
    assert str(WORDS[state][1]) in page
    assert 'class="btn' in page.partition('id="attempt"')[2]


@pytest.mark.parametrize("part", [False, True])
def test_the_connect_page_is_one_form_into_a_new_tab_without_script(maton: Maton, admin: Person, part: bool) -> None:
    headers = {"HX-Request": "true"} if part else {}
    page = admin.browser.get(f"{admin.team}connect/", headers=headers).content.decode()
    form = page.partition(f'<form method="post" action="{admin.team}connect/"')[2].partition("</form>")[0]
    assert 'target="_blank" rel="noopener"' in form
    assert 'name="csrfmiddlewaretoken"' in form
    assert "hx-" not in form


def test_a_look_at_what_has_not_changed_leaves_the_page_alone(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    where = admin.page().partition('hx-get="')[2].partition('"')[0]
    assert admin.browser.get(where, headers={"HX-Request": "true"}).status_code == 204
    assert admin.browser.get(where).status_code == 200
    admin.press("cancel")
    assert "Cancelled." in admin.browser.get(where, headers={"HX-Request": "true"}).content.decode()


def test_the_link_to_copy_is_plain_text_that_opens_the_consent_page(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    answer = admin.press("link")
    assert (answer.status_code, answer["Cache-Control"]) == (200, "no-store")
    assert answer["Content-Type"].startswith("text/plain")
    assert maton.consent(answer.content.decode()) == 200


def test_there_is_no_link_to_copy_of_an_ended_attempt(maton: Maton, admin: Person) -> None:
    admin.press_connect()
    admin.press("cancel")
    assert admin.press("link")["Location"] == admin.here()


def test_the_first_look_says_how_much_there_is(maton: Maton, admin: Person) -> None:
    maton.consent(admin.press_connect()["Location"])
    admin.press("look")
    page = admin.page()
    for label, family in (("Lists", "lists"), ("E-mail campaigns", "campaigns")):
        one = attempt().found["rights"][family]
        wanted = f"more than {one['count']}" if one["more"] else str(one["count"])
        assert f"<dt>{label}</dt><dd>{wanted}</dd>" in page


def test_all_calls_that_are_kept_can_be_shown(maton: Maton, admin: Person) -> None:
    account = admin.connect(maton)
    assert account is not None
    with scopes_disabled():
        for number in range(30):
            CallRecord.objects.create(
                account=account, at=timezone.now(), operation="get_lists", request_id=f"r{number}", ms=1
            )
    assert "<code>r9</code>" not in admin.get(f"/a/{account.pk}/")
    assert "<code>r9</code>" in admin.get(f"/a/{account.pk}/?calls=all")


def test_a_link_is_not_made_by_looking(maton: Maton, admin: Person) -> None:
    admin.browser.get(f"{admin.team}connect/")
    assert maton.world.count("create_connection") == 0


def test_connecting_needs_a_csrf_token(maton: Maton, client_of: Any, alice: User) -> None:
    assert client_of(alice, strict=True).post("/t/northlight/connect/").status_code == 403


def test_consent_hosts_are_the_only_others_a_form_may_lead_to(maton: Maton, admin: Person) -> None:
    policy = admin.browser.get(f"{admin.team}connect/")["Content-Security-Policy"]
    action = next(one for one in policy.split(";") if "form-action" in one)
    assert action.split()[1:] == ["'self'", "https://connect.maton.ai"]


# --- Maton's key -----------------------------------------------------------------------------------------------------


def everything_in_the_database() -> str:
    tables = connection.introspection.table_names()
    found = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            found.append(repr(cursor.fetchall()))
    return " ".join(found)


@pytest.fixture
def own_key(maton: Maton, settings: Any) -> str:
    """A key for the team; the site has none."""
    settings.MATON_API_KEY = ""
    return maton.world.key


def test_a_teams_key_is_proved_and_kept_so_that_nobody_reads_it(
    maton: Maton, admin: Person, own_key: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    answer = admin.browser.post(f"{admin.team}key/", {"key": own_key, "form_token": "t"})
    assert answer.status_code == 303
    assert maton.world.count("list_connections") == 1
    admin.connect(maton)
    assert accounts()[0].health == "working"
    pages = [admin.get(f"{admin.team}key/"), admin.page(), admin.get(f"/a/{accounts()[0].pk}/")]
    assert own_key[-4:] in pages[0]
    kept = MatonKey.objects.get()
    shown = [*pages, everything_in_the_database(), caplog.text, *capfd.readouterr(), repr(kept), repr(kept.key)]
    shown += [repr(gateway_for(kept.team)), repr(kept.__dict__), repr(mail.outbox), repr(Session.objects.all())]
    assert [where for where, text in enumerate(shown) if own_key in text] == []


def test_a_key_that_maton_refuses_is_not_kept_and_not_shown_again(maton: Maton, admin: Person) -> None:
    answer = admin.browser.post(f"{admin.team}key/", {"key": "mtn_wrong_key_1234"})
    assert answer.status_code == 422
    assert b"mtn_wrong_key_1234" not in answer.content
    assert "does not accept" in answer.content.decode()
    assert not MatonKey.objects.exists()


def test_without_a_key_an_attempt_says_so_and_goes_on_when_one_is_entered(
    maton: Maton, admin: Person, own_key: str
) -> None:
    assert admin.press_connect()["Location"] == admin.here()
    assert attempt().state == states.KEY_REFUSED
    assert "Enter a Maton key" in admin.page()
    admin.browser.post(f"{admin.team}key/", {"key": own_key})
    sweep()
    assert attempt().state == states.WAITING


def test_a_key_that_is_refused_while_waiting_is_named_and_tried_again(
    maton: Maton, admin: Person, settings: Any
) -> None:
    key = settings.MATON_API_KEY
    maton.consent(admin.press_connect()["Location"])
    settings.MATON_API_KEY = "mtn_revoked_key_12"
    sweep()
    assert attempt().state == states.KEY_REFUSED
    settings.MATON_API_KEY = key
    admin.press("look")
    assert attempt().state == states.CHECKED


def test_a_refused_key_does_not_break_one_that_was_given_up(maton: Maton, admin: Person, settings: Any) -> None:
    admin.press_connect()
    pass_time(1801)
    sweep()
    settings.MATON_API_KEY = "mtn_revoked_key_12"
    assert admin.press("look").status_code == 303
    assert attempt().state == states.KEY_REFUSED


def test_an_account_can_be_disconnected_when_the_key_is_dead(maton: Maton, admin: Person, settings: Any) -> None:
    admin.connect(maton)
    settings.MATON_API_KEY = "mtn_revoked_key_12"
    admin.browser.post(f"/a/{accounts()[0].pk}/disconnect/")
    assert accounts()[0].health == "disconnected"


def test_what_is_left_to_delete_does_not_ask_a_dead_key_for_ever(maton: Maton, admin: Person, settings: Any) -> None:
    admin.press_connect()
    settings.MATON_API_KEY = ""
    admin.press("cancel")
    sweep()
    assert services.due(timezone.now()) == []
    settings.MATON_API_KEY = maton.world.key
    sweep()
    assert set(maton.connections()) == {maton.theirs}
