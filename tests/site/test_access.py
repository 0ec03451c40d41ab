"""The table of dashboard/access.py against the whole URL map, with every role, a stranger and nobody."""

from __future__ import annotations

import re

import pytest
from django.db import transaction
from django.test import Client
from django_scopes import scopes_disabled

from dashboard.access import ACCESS, Right, needed
from dashboard.audit.models import Entry
from dashboard.teams.models import Member, Role, Team, User
from klaviyo_app.accounts.models import Account
from tests.site.urls_of_all import ALL, Route

PRIVATE = [route for route in ALL if needed(route.name, "GET") is not Right.PUBLIC]
OF_A_TEAM = [route for route in PRIVATE if route.of_a_team]
METHODS = ("GET", "POST")
NOT_ALLOWED = 405


def named(routes: list[Route]):
    return pytest.mark.parametrize("route", routes, ids=lambda route: route.name)


@pytest.fixture
def home(alice: User, paul: User, bob: User, vera: User, charlie: User, team: Team) -> dict[str, object]:
    """The values of Northlight for the parameters of addresses; its account is not connected."""
    with scopes_disabled():
        account = Account.objects.create(team=team, klaviyo_id="ABC123", name="Northlight Shop")
    return {"slug": team.slug, "account_id": account.pk, "member_id": Member.objects.get(user=vera).pk}


def ask(user: User | None, method: str, path: str):
    browser = Client(raise_request_exception=False)
    if user is not None:
        browser.force_login(user)
    return browser.generic(method, path)


def plain(response) -> str:
    """The body without the two things that differ by request."""
    body = re.sub(r"[0-9a-f]{32}", "", response.content.decode())
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]*"', "", body)


@named(ALL)
def test_every_url_has_a_name_and_a_line_in_the_table(route: Route) -> None:
    assert route.name
    assert needed(route.name, "GET") is not None
    assert needed(route.name, "POST") is not None


def test_every_line_of_the_table_names_a_url() -> None:
    assert set(ACCESS) - {route.name for route in ALL} == set()


def test_public_pages_are_those_that_must_be() -> None:
    public = {name for name in ACCESS if needed(name, "GET") is Right.PUBLIC}
    assert {name for name in public if not name.startswith("account_")} == {
        "setup",
        "webhook-receive",
        "invitation",
        "health-live",
        "health-ready",
    }


@named(PRIVATE)
def test_nobody_gets_anything_but_the_log_in(route: Route, home: dict[str, object]) -> None:
    for method in METHODS:
        answer = ask(None, method, route.path(**home))
        assert (answer.status_code, answer["Location"].partition("?")[0]) == (302, "/login/"), method


@named(OF_A_TEAM)
def test_a_stranger_sees_what_somebody_sees_who_asks_for_nothing(
    route: Route, home: dict[str, object], charlie: User
) -> None:
    for method in METHODS:
        theirs = ask(charlie, method, route.path(**home))
        nothing = ask(charlie, method, route.path(**{**home, "slug": "nowhere", "account_id": 987654321}))
        assert theirs.status_code in {404, NOT_ALLOWED}, method
        assert (theirs.status_code, plain(theirs)) == (nothing.status_code, plain(nothing)), method


@named(OF_A_TEAM)
def test_a_role_gets_in_where_the_table_says_so_and_nowhere_else(route: Route, home: dict[str, object]) -> None:
    """Each request on a database of its own: what one role does must not open or close a page to the next."""
    for role in Role:
        user = User.objects.get(member__role=role, member__team__slug="northlight")
        for method in METHODS:
            done = transaction.savepoint()
            status = ask(user, method, route.path(**home)).status_code
            transaction.savepoint_rollback(done)
            if role >= needed(route.name, method):
                assert status not in {401, 403, 500}, (role, method)
            else:
                assert status in {403, NOT_ALLOWED}, (role, method)


@named([route for route in PRIVATE if not route.of_a_team])
def test_a_person_without_a_team_gets_his_own_pages(route: Route, db: None) -> None:
    lone = User.objects.create_user("lone@example.com", "x-x-x-x-x-x")
    assert ask(lone, "GET", route.path()).status_code in {200, 302, 404, 405}


def test_a_url_outside_the_table_is_refused(home: dict[str, object], alice: User, monkeypatch) -> None:
    monkeypatch.delitem(ACCESS, "members")
    assert ask(alice, "GET", "/t/northlight/members/").status_code == 403


def test_a_write_that_was_refused_leaves_a_line(home: dict[str, object], vera: User) -> None:
    ask(vera, "POST", "/t/northlight/invitations/")
    assert Entry.objects.values_list("action", "target", "actor__name").get() == (
        "access.refused",
        "invitation-create",
        "Vera",
    )


def test_a_part_of_a_page_is_not_replaced_by_the_log_in(home: dict[str, object]) -> None:
    assert Client().get("/t/northlight/", headers={"HX-Request": "true"}).status_code == 401
