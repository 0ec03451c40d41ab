"""The first admin: by the page, by the command; the demo people."""

from __future__ import annotations

import io
import sys

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from dashboard.teams import services
from dashboard.teams.models import Beginning, Member, Role, Team, User

GOOD = {
    "team": "Ben & Co",
    "name": "Ben",
    "email": "Ben@Example.com",
    "password": "a-long-good-phrase",
    "password_again": "a-long-good-phrase",
}


def test_the_first_person_is_led_to_the_set_up(client: Client, db: None) -> None:
    assert client.get("/", follow=True).redirect_chain[-1][0] == "/setup/"


def test_the_set_up_makes_the_admin_and_the_team_and_logs_in(client: Client, db: None) -> None:
    page = client.post("/setup/", GOOD, follow=True)
    member = Member.objects.get()
    assert (member.user.email, member.team.slug, member.role) == ("ben@example.com", "ben-co", Role.ADMIN)
    assert page.redirect_chain[-1][0] == "/t/ben-co/"


def test_a_mistake_in_the_set_up_stands_beside_its_field_and_loses_nothing(client: Client, db: None) -> None:
    answer = client.post("/setup/", {**GOOD, "email": "not an address"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_email_error"' in page
    assert 'value="Ben &amp; Co"' in page
    assert "a-long-good-phrase" not in page


@pytest.mark.parametrize("weak", ["short", "1234567890123", "password123", "ben@example.com"])
def test_a_weak_password_is_refused(client: Client, db: None, weak: str) -> None:
    assert client.post("/setup/", {**GOOD, "password": weak, "password_again": weak}).status_code == 422


def test_the_set_up_is_gone_once_somebody_exists(client: Client, alice: User) -> None:
    assert client.get("/setup/").status_code == 404
    assert client.post("/setup/", GOOD).status_code == 404


def test_the_set_up_stays_gone_when_everybody_was_deleted(client: Client, db: None) -> None:
    Beginning.objects.create()
    assert client.get("/setup/").status_code == 404


def test_of_two_set_ups_that_both_found_nobody_only_one_wins(db: None, monkeypatch) -> None:
    monkeypatch.setattr(services, "is_fresh", lambda: True)  # both have looked before either has written
    services.begin(email="one@example.com", name="", password="x", team_name="One")
    with pytest.raises(services.Refused):
        services.begin(email="two@example.com", name="", password="x", team_name="Two")
    assert User.objects.count() == Team.objects.count() == 1


def test_the_command_makes_the_first_team(db: None, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("a-long-good-phrase\n"))
    out = io.StringIO()
    call_command("first_team", email="Ben@example.com", team="Ben & Co", password_from_stdin=True, stdout=out)
    assert User.objects.get(email="ben@example.com").check_password("a-long-good-phrase")
    assert "/t/ben-co/" in out.getvalue()


def test_the_command_refuses_a_weak_password(db: None, monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("short\n"))
    with pytest.raises(CommandError):
        call_command("first_team", email="ben@example.com", team="T", password_from_stdin=True)
    assert not User.objects.exists()


def test_the_command_gives_somebody_known_another_team(alice: User) -> None:
    call_command("first_team", email="alice@example.com", team="Northlight", stdout=io.StringIO())
    assert Member.objects.filter(user=alice, role=Role.ADMIN).count() == 2


@pytest.fixture
def sandbox_settings(settings) -> None:
    settings.MATON_API_KEY = "sandbox"
    settings.MATON_GATEWAY_URL = "http://127.0.0.1:8900"


def test_the_demo_people_come_twice_and_are_the_same(db: None, sandbox_settings: None) -> None:
    for _ in range(2):
        call_command("demo_people", stdout=io.StringIO())
    roles = dict(Member.objects.filter(team__name="Northlight").values_list("user__email", "role"))
    assert roles == {
        "alice@example.com": Role.ADMIN,
        "paul@example.com": Role.PUBLISHER,
        "bob@example.com": Role.EDITOR,
        "vera@example.com": Role.VIEWER,
    }
    assert Member.objects.get(user__email="charlie@example.com").team.name != "Northlight"


@pytest.mark.parametrize(
    ("key", "gateway"),
    [("real", "http://127.0.0.1:8900"), ("sandbox", "https://gateway.maton.ai"), ("", "http://127.0.0.1:1")],
)
def test_the_demo_people_stay_away_from_a_real_gateway(db: None, settings, key: str, gateway: str) -> None:
    settings.MATON_API_KEY, settings.MATON_GATEWAY_URL = key, gateway
    with pytest.raises(CommandError):
        call_command("demo_people")
    assert not User.objects.exists()
