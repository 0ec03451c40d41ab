"""What stands around every page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.teams.models import Member, Role, Team
from klaviyo_app.accounts.models import Account, Health
from klaviyo_app.gateway.errors import KeyRefused
from klaviyo_app.pages.navigation import ENTRIES, HEALTH, frame, health, memberships
from klaviyo_app.pages.problems import gateway_errors
from tests.shop import make_account


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.url_name)
def test_each_entry_of_the_navigation_leads_somewhere(entry) -> None:
    assert reverse(entry.url_name, kwargs={"account_id": 7})


def test_rarer_entries_stand_in_a_menu_that_needs_no_script_and_says_where_one_is(asked, shop: Account) -> None:
    values = {"navigation": [entry("Lists", more=False), entry("Tags", more=True, current=True)]}
    page = render_to_string("pages/_navigation.html", values, using="jinja2")
    row, _, menu = page.partition("<details")
    assert "Lists" in row
    assert "Tags" not in row
    summary, _, inside = menu.partition("</summary>")
    assert "Tags" in summary
    assert 'aria-current="page"' in inside


def entry(label: str, *, more: bool, current: bool = False) -> dict[str, object]:
    return {"label": label, "icon": "tags", "url": f"/{label}/", "more": more, "current": current}


def test_each_health_has_a_word_and_an_icon() -> None:
    assert all(HEALTH[one].label and HEALTH[one].icon for one in Health)


def test_an_account_without_a_connection_is_disconnected_whatever_was_measured() -> None:
    assert health("working", connected=False) == HEALTH[Health.DISCONNECTED]


def test_teams_and_accounts_cost_one_query_and_no_strangers(asked, shop: Account, charlie) -> None:
    other = Team.objects.create(name="Ahead", slug="ahead")
    request = asked()
    Member.objects.create(team=other, user=request.user, role=Role.VIEWER)
    make_account(Team.objects.get(slug="saltmarsh"), "Secret", connection_id="conn-9")
    with CaptureQueriesContext(connection) as asked_for:
        mine = memberships(request)
    assert [(one.team.slug, [a["pk"] for a in one.team.accounts]) for one in mine] == [
        ("ahead", []),
        ("northlight", [shop.pk]),
    ]
    assert len(asked_for) == 1


def test_a_part_costs_no_query_for_the_frame(asked, shop: Account) -> None:
    with CaptureQueriesContext(connection) as asked_for:
        frame(asked(), part=True)
    assert len(asked_for) == 0


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}])
def test_an_error_of_the_gateway_that_nobody_caught_is_a_page_with_its_words(asked, headers) -> None:
    error = KeyRefused(request_id="req-1")
    answer = gateway_errors(str).process_exception(asked(**headers), error)
    assert answer.status_code == 502
    assert str(error.sentence) in answer.content.decode()
    assert ("<!doctype" in answer.content.decode()) is not bool(headers)


def test_another_error_is_left_to_django(asked) -> None:
    assert gateway_errors(str).process_exception(asked(), ValueError()) is None
