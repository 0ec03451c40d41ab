from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.utils import timezone

from dashboard.audit.models import Entry
from dashboard.teams import services
from dashboard.teams.models import Invitation, Member, Role, Team, User
from tests.cast import make_person

Browser = Callable[..., Client]
MEMBERS = "/t/northlight/members/"
GOOD = {"name": "Nora", "password": "a-long-good-phrase", "password_again": "a-long-good-phrase"}


def member_of(user: User) -> Member:
    return Member.objects.get(user=user)


def set_role(browser: Client, member: Member, role: int):
    return browser.post(f"{MEMBERS}{member.pk}/role/", {"role": role}, follow=True)


def test_an_admin_gives_another_role(client_of: Browser, alice: User, vera: User) -> None:
    set_role(client_of(alice), member_of(vera), Role.EDITOR)
    assert member_of(vera).role == Role.EDITOR


def test_a_member_cannot_raise_himself(client_of: Browser, alice: User, vera: User) -> None:
    assert set_role(client_of(vera), member_of(vera), Role.ADMIN).status_code == 403
    assert member_of(vera).role == Role.VIEWER


def test_the_last_admin_cannot_demote_himself(client_of: Browser, alice: User, vera: User) -> None:
    page = set_role(client_of(alice), member_of(alice), Role.VIEWER)
    assert "needs an admin" in page.content.decode()
    assert member_of(alice).role == Role.ADMIN


def test_the_last_admin_cannot_leave(client_of: Browser, alice: User, vera: User) -> None:
    assert client_of(alice).post("/t/northlight/leave/").status_code == 409
    assert Member.objects.filter(user=alice).exists()


def test_an_admin_who_is_switched_off_does_not_count_as_the_other_one(alice: User, team: Team) -> None:
    away = make_person("away", team, Role.ADMIN)
    User.objects.filter(pk=away.pk).update(is_active=False)
    with pytest.raises(services.Refused):
        services.remove_member(member_of(alice).pk, team=team, by=alice)


def test_one_of_two_admins_may_leave(client_of: Browser, alice: User, team: Team) -> None:
    make_person("anna", team, Role.ADMIN)
    client_of(alice).post("/t/northlight/leave/")
    assert not Member.objects.filter(user=alice).exists()


def test_another_teams_member_cannot_be_changed(client_of: Browser, alice: User, charlie: User) -> None:
    assert set_role(client_of(alice), member_of(charlie), Role.VIEWER).status_code == 404
    assert member_of(charlie).role == Role.ADMIN


def test_a_role_that_does_not_exist_changes_nothing(client_of: Browser, alice: User, vera: User) -> None:
    set_role(client_of(alice), member_of(vera), 99)
    assert member_of(vera).role == Role.VIEWER


def test_a_removed_member_is_out_at_the_next_click(client_of: Browser, alice: User, vera: User) -> None:
    browser = client_of(vera)
    assert browser.get("/t/northlight/").status_code == 200
    client_of(alice).post(f"{MEMBERS}{member_of(vera).pk}/remove/")
    assert browser.get("/t/northlight/").status_code == 404


def test_removing_asks_first(client_of: Browser, alice: User, vera: User) -> None:
    page = client_of(alice).get(f"{MEMBERS}{member_of(vera).pk}/remove/")
    assert "vera@example.com" in page.content.decode()
    assert Member.objects.filter(user=vera).exists()


def test_a_lost_role_acts_at_once(client_of: Browser, alice: User, bob: User, team: Team) -> None:
    browser = client_of(bob)
    services.change_role(member_of(bob).pk, team=team, role=Role.ADMIN, by=alice)
    assert browser.get("/t/northlight/audit/").status_code == 200
    services.change_role(member_of(bob).pk, team=team, role=Role.VIEWER, by=alice)
    assert browser.get("/t/northlight/audit/").status_code == 403


def test_a_person_switches_between_teams(client_of: Browser, alice: User, other_team: Team) -> None:
    Member.objects.create(team=other_team, user=alice, role=Role.VIEWER)
    browser = client_of(alice)
    old = browser.session.session_key
    browser.post("/t/saltmarsh/switch/")
    assert browser.get("/")["Location"] == "/t/saltmarsh/"
    assert browser.session.session_key != old


def test_a_person_without_a_team_reads_what_to_do(client_of: Browser, db: None) -> None:
    page = client_of(User.objects.create_user("lone@example.com", "x")).get("/")
    assert "invite you" in page.content.decode()


def test_times_are_shown_in_the_persons_own_zone(client_of: Browser, alice: User) -> None:
    at = timezone.now().replace(month=1, day=5, hour=23, minute=30)
    Member.objects.update(joined_at=at)
    User.objects.filter(pk=alice.pk).update(time_zone="Asia/Tokyo")
    assert "6\u00a0Jan" in client_of(alice).get(MEMBERS).content.decode()


def test_a_person_sets_name_zone_and_colours(client_of: Browser, alice: User) -> None:
    client_of(alice).post("/me/", {"name": "Alice L", "time_zone": "Europe/Paris", "theme": "dark"})
    alice.refresh_from_db()
    assert (alice.name, alice.time_zone, alice.theme) == ("Alice L", "Europe/Paris", "dark")


def test_settings_do_not_take_fields_that_the_form_does_not_show(client_of: Browser, alice: User) -> None:
    form = {"name": "A", "time_zone": "UTC", "theme": "auto", "is_superuser": "1", "email": "x@example.com"}
    client_of(alice).post("/me/", form)
    alice.refresh_from_db()
    assert (alice.is_superuser, alice.email) == (False, "alice@example.com")


def test_an_unknown_zone_is_refused_beside_its_field(client_of: Browser, alice: User) -> None:
    answer = client_of(alice).post("/me/", {"name": "Typed", "time_zone": "Mars/Olympus", "theme": "auto"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_time_zone_error"' in page
    assert 'value="Typed"' in page


def test_renaming_a_team_keeps_its_address(client_of: Browser, alice: User, team: Team) -> None:
    client_of(alice).post("/t/northlight/edit/", {"name": "Northern Light"})
    team.refresh_from_db()
    assert (team.name, team.slug) == ("Northern Light", "northlight")


def test_a_team_name_of_several_lines_becomes_one(alice: User, team: Team) -> None:
    services.rename_team(team, name="One\r\nBcc: x@example.com", by=alice)
    assert "\n" not in team.name


# --- invitations ------------------------------------------------------------------------------------------------------


def invited(browser: Client, email: str = "nora@example.com", role: int = Role.EDITOR) -> str:
    """Invite, and return the link's path."""
    page = browser.post("/t/northlight/invitations/", {"email": email, "role": role})
    return link_in(page)


def link_in(page) -> str:
    text = page.content.decode()
    start = text.index("/invitation/")
    return text[start : text.index('"', start)]


def test_somebody_new_joins_by_the_link(client_of: Browser, alice: User, team: Team) -> None:
    path = invited(client_of(alice))
    browser = Client()
    assert "nora@example.com" in browser.get(path).content.decode()
    assert browser.post(path, GOOD)["Location"] == "/t/northlight/"
    assert Member.objects.get(user__email="nora@example.com").role == Role.EDITOR
    assert browser.get("/t/northlight/").status_code == 200


def test_the_link_is_mailed_and_shown_once(client_of: Browser, alice: User) -> None:
    browser = client_of(alice)
    path = invited(browser)
    assert path in mail.outbox[0].body
    assert mail.outbox[0].to == ["nora@example.com"]
    assert path not in browser.get(MEMBERS).content.decode()


def test_only_a_hash_of_the_token_is_kept(client_of: Browser, alice: User) -> None:
    token = invited(client_of(alice)).split("/")[2]
    row = Invitation.objects.values().get()
    assert len(token) >= 22
    assert token not in str(row)
    assert token not in str(list(Entry.objects.values()))


def test_a_link_works_once(client_of: Browser, alice: User) -> None:
    path = invited(client_of(alice))
    Client().post(path, GOOD)
    assert Client().post(path, GOOD).status_code == 404


def test_a_link_dies_after_72_hours(client_of: Browser, alice: User) -> None:
    path = invited(client_of(alice))
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(path).status_code == 404


def test_a_link_lives_for_72_hours(client_of: Browser, alice: User) -> None:
    invited(client_of(alice))
    row = Invitation.objects.get()
    assert abs((row.expires_at - row.created_at) - timedelta(hours=72)) < timedelta(minutes=1)


def test_a_withdrawn_link_works_no_longer(client_of: Browser, alice: User) -> None:
    browser = client_of(alice)
    path = invited(browser)
    browser.post(f"/t/northlight/invitations/{Invitation.objects.get().pk}/revoke/")
    assert Client().get(path).status_code == 404


def test_a_second_invitation_ends_the_first(client_of: Browser, alice: User) -> None:
    browser = client_of(alice)
    first, second = invited(browser), invited(browser)
    assert (Client().get(first).status_code, Client().get(second).status_code) == (404, 200)


def test_a_link_dies_with_the_role_of_who_sent_it(client_of: Browser, alice: User, team: Team) -> None:
    path = invited(client_of(alice))
    anna = make_person("anna", team, Role.ADMIN)
    services.change_role(member_of(alice).pk, team=team, role=Role.VIEWER, by=anna)
    assert Client().get(path).status_code == 404


def test_the_invitation_is_bound_to_its_address(client_of: Browser, alice: User, charlie: User) -> None:
    path = invited(client_of(alice))
    assert client_of(charlie).post(path).status_code == 403
    assert not Member.objects.filter(user=charlie, team__slug="northlight").exists()


def test_a_typed_address_does_not_replace_the_invited_one(client_of: Browser, alice: User) -> None:
    Client().post(invited(client_of(alice)), {**GOOD, "email": "evil@example.com"})
    assert not User.objects.filter(email="evil@example.com").exists()


def test_somebody_who_is_here_already_logs_in_first(client_of: Browser, alice: User, charlie: User) -> None:
    path = invited(client_of(alice), "charlie@example.com")
    assert "next=%2Finvitation" in Client().get(path).content.decode()
    Client().post(path, GOOD)
    assert charlie.check_password("rehearsal-2026")


def test_a_person_of_another_team_joins_with_one_click(client_of: Browser, alice: User, charlie: User) -> None:
    path = invited(client_of(alice), "charlie@example.com", Role.VIEWER)
    browser = client_of(charlie)
    browser.post(path)
    assert browser.get("/t/northlight/").status_code == 200


def test_opening_the_link_alone_joins_nobody(client_of: Browser, alice: User, charlie: User) -> None:
    path = invited(client_of(alice), "charlie@example.com")
    client_of(charlie).get(path)
    assert not Member.objects.filter(user=charlie, team__slug="northlight").exists()


def test_a_member_is_not_invited_again(client_of: Browser, alice: User, vera: User) -> None:
    form = {"email": "Vera@example.com", "role": Role.ADMIN}
    answer = client_of(alice).post("/t/northlight/invitations/", form)
    assert answer.status_code == 422
    assert "member already" in answer.content.decode()


def test_a_team_invites_fifty_people_a_day_at_most(alice: User, team: Team) -> None:
    from dashboard.teams.invitations import A_DAY, invite

    for number in range(A_DAY):
        invite(team, email=f"p{number}@example.com", role=Role.VIEWER, by=alice, now=timezone.now())
    with pytest.raises(services.Refused):
        invite(team, email="more@example.com", role=Role.VIEWER, by=alice, now=timezone.now())


def test_a_bad_address_is_refused_beside_its_field(client_of: Browser, alice: User) -> None:
    form = {"email": "nora@example.com\nBcc: x@example.com", "role": Role.VIEWER}
    answer = client_of(alice).post("/t/northlight/invitations/", form)
    assert 'id="id_email_error"' in answer.content.decode()
    assert not mail.outbox


def test_a_different_second_password_is_refused_beside_its_field(client_of: Browser, alice: User) -> None:
    path = invited(client_of(alice))
    answer = Client().post(path, {**GOOD, "password_again": "something else"})
    assert 'id="id_password_again_error"' in answer.content.decode()


def test_a_link_made_under_a_forged_host_leads_to_the_site(client_of: Browser, alice: User) -> None:
    form = {"email": "nora@example.com", "role": Role.VIEWER}
    client_of(alice).post("/t/northlight/invitations/", form, headers={"host": "127.0.0.1:6666"})
    assert f"{settings.SITE_URL}/invitation/" in mail.outbox[0].body
