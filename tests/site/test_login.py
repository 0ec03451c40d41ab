from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.conf import settings
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from dashboard.audit.models import Entry
from dashboard.teams.models import User
from tests.cast import PASSWORD

NEW = "another-good-phrase-7"


@pytest.fixture(autouse=True)
def fresh_limits(db: None) -> None:
    cache.clear()


def log_in(client: Client, email: str, password: str = PASSWORD, **more: str):
    return client.post(reverse("account_login"), {"login": email, "password": password, **more})


def test_a_person_logs_in_with_address_and_password(client: Client, alice: User) -> None:
    assert log_in(client, "alice@example.com")["Location"] == "/"
    assert client.get("/", follow=True).status_code == 200


def test_the_address_may_be_typed_in_capitals(client: Client, alice: User) -> None:
    assert log_in(client, "Alice@Example.com").status_code == 302


def test_a_wrong_password_keeps_the_typed_address_and_says_so_beside_the_form(client: Client, alice: User) -> None:
    page = log_in(client, "alice@example.com", "wrong").content.decode()
    assert 'value="alice@example.com"' in page
    assert "not correct" in page
    assert "wrong" not in page


def test_an_unknown_address_reads_like_a_wrong_password(client: Client, alice: User) -> None:
    def words(email: str) -> str:
        page = log_in(client, email, "wrong").content.decode()
        return re.sub(r'value="[^"]*"', "", page)

    assert words("alice@example.com") == words("nobody@example.com")


def test_a_new_session_id_comes_with_the_log_in(client: Client, alice: User) -> None:
    client.get(reverse("account_login"))
    session = client.session
    session["x"] = 1
    session.save()
    before = session.session_key
    log_in(client, "alice@example.com")
    assert client.session.session_key != before


def test_the_sixth_guess_at_one_person_is_refused_even_with_the_right_password(client: Client, alice: User) -> None:
    for _ in range(5):
        log_in(client, "alice@example.com", "wrong")
    assert "_auth_user_id" not in client.session
    assert log_in(client, "alice@example.com").status_code == 200


def test_a_forged_forwarding_header_does_not_buy_more_guesses(client: Client, alice: User) -> None:
    statuses = []
    for number in range(35):
        data = {"login": f"p{number}@example.com", "password": "wrong"}
        statuses.append(
            client.post(reverse("account_login"), data, headers={"X-Forwarded-For": f"10.0.0.{number}"}).content
        )
    assert b"Too many" in statuses[-1]


def test_a_person_who_is_switched_off_cannot_log_in(client: Client, alice: User) -> None:
    User.objects.filter(pk=alice.pk).update(is_active=False)
    log_in(client, "alice@example.com")
    assert "_auth_user_id" not in client.session


def test_a_person_who_is_switched_off_is_out_at_the_next_click(
    client_of: Callable[..., Client], alice: User, team: object
) -> None:
    browser = client_of(alice)
    User.objects.filter(pk=alice.pk).update(is_active=False)
    assert browser.get("/t/northlight/").status_code == 302


def test_there_is_no_sign_up(client: Client, db: None) -> None:
    assert client.get("/signup/").status_code == 404


def test_logging_out_needs_a_post(client_of: Callable[..., Client], alice: User) -> None:
    browser = client_of(alice)
    browser.get(reverse("account_logout"))
    assert "_auth_user_id" in browser.session


def test_logging_out_ends_the_session_and_clears_what_the_browser_kept(
    client_of: Callable[..., Client], alice: User
) -> None:
    browser = client_of(alice)
    answer = browser.post(reverse("account_logout"))
    assert "_auth_user_id" not in browser.session
    assert "storage" in answer["Clear-Site-Data"]


def test_a_changed_password_ends_the_other_sessions_and_keeps_this_one(
    client_of: Callable[..., Client], alice: User
) -> None:
    here, elsewhere = client_of(alice), client_of(alice)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post(reverse("account_change_password"), form)["Location"] == reverse("me")
    assert here.get(reverse("me")).status_code == 200
    assert elsewhere.get(reverse("me")).status_code == 302


def test_a_changed_password_leaves_a_line_without_the_password(client_of: Callable[..., Client], alice: User) -> None:
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    client_of(alice).post(reverse("account_change_password"), form)
    line = Entry.objects.values().get()
    assert line["action"] == "person.password_changed"
    assert NEW not in str(line)


def test_a_weak_new_password_is_refused_beside_its_field(client_of: Callable[..., Client], alice: User) -> None:
    form = {"oldpassword": PASSWORD, "password1": "1234567890", "password2": "1234567890"}
    page = client_of(alice).post(reverse("account_change_password"), form).content.decode()
    assert 'id="id_password1_error"' in page


def reset_link(client: Client, host: str = "testserver") -> str:
    client.post(reverse("account_reset_password"), {"email": "alice@example.com"}, headers={"host": host})
    return next(line for line in mail.outbox[-1].body.splitlines() if line.startswith("http"))


def test_a_forgotten_password_is_chosen_anew_by_a_mailed_link(client: Client, alice: User) -> None:
    path = reset_link(client).removeprefix(settings.SITE_URL)
    form_page = client.get(path, follow=True)
    action = form_page.redirect_chain[-1][0]
    client.post(action, {"password1": NEW, "password2": NEW})
    alice.refresh_from_db()
    assert alice.check_password(NEW)


def test_a_reset_link_works_once(client: Client, alice: User) -> None:
    path = reset_link(client).removeprefix(settings.SITE_URL)
    action = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": NEW, "password2": NEW})
    assert "works no longer" in Client().get(path, follow=True).content.decode()


def test_a_reset_ends_the_sessions_of_before(client: Client, client_of: Callable[..., Client], alice: User) -> None:
    browser = client_of(alice)
    path = reset_link(client).removeprefix(settings.SITE_URL)
    action = client.get(path, follow=True).redirect_chain[-1][0]
    client.post(action, {"password1": NEW, "password2": NEW})
    assert browser.get(reverse("me")).status_code == 302


def test_the_reset_link_comes_from_the_settings_not_from_the_host_header(client: Client, alice: User) -> None:
    assert reset_link(client, host="127.0.0.1:9999").startswith(f"{settings.SITE_URL}/")


def test_a_reset_for_a_stranger_looks_the_same_on_the_page(client: Client, alice: User) -> None:
    one = client.post(reverse("account_reset_password"), {"email": "alice@example.com"})
    two = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"})
    assert (one.status_code, one["Location"]) == (two.status_code, two["Location"])


def test_a_mail_is_text_and_not_html(client: Client, alice: User) -> None:
    reset_link(client)
    assert "&#" not in mail.outbox[-1].body


def test_the_rules_of_a_password_are_sentences_not_markup(alice: User, client: Client) -> None:
    client.force_login(alice, backend="allauth.account.auth_backends.AuthenticationBackend")
    page = client.get("/password/change/").content.decode()
    assert "&lt;li&gt;" not in page
    assert "at least 10 characters" in page
