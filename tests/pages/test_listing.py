"""Tables as they are drawn: page and part, order, links, size and number of queries."""

from __future__ import annotations

import re

import django_filters
import pytest
from django.db import connection
from django.http import HttpResponse
from django.test.utils import CaptureQueriesContext

from dashboard.access import Right
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.errors import Upstream
from klaviyo_app.pages import Column, MirrorRows, Table, Verb, listing
from klaviyo_app.pages.rows import NoRows
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.shop import fill

TABLE = Table(
    (
        Column("name", "Name", sort="name_key"),
        Column("opt_in_process", "Opt-in"),
        Column("updated_at", "Changed", cell="when", sort="updated_at", narrow=True),
        Column("created_at", "Made", cell="when", sort="created_at"),
    ),
    "name",
    row_url=lambda row: f"/a/7/lists/{row['klaviyo_id']}/",
)
VERB = Verb("delete", "Delete", Right.EDIT, "/bulk/")
WORDS = {
    "one": "list",
    "many": "lists",
    "heading": "Lists",
    "empty": {"title": "No long work yet.", "text": "Make one."},
}


class Filter(django_filters.FilterSet):
    process = django_filters.CharFilter(field_name="opt_in_process")

    class Meta:
        model = KlaviyoList
        fields: tuple[str, ...] = ()


class Shown:
    """One answer of a table page and what stands in it."""

    def __init__(self, answer: HttpResponse) -> None:
        self.status = answer.status_code
        self.html = answer.content.decode()
        self.text = " ".join(self.html.split())
        self.names = re.findall(r'<a href="/a/7/lists/[^"]*/">([^<]*)</a>', self.html)


@pytest.fixture
def table(asked, shop: Account):
    def draw(path: str = "/a/7/lists/", rows=None, *, verbs=(VERB,), member=Right.EDIT, **headers: str) -> Shown:
        request = asked(path, **headers)
        request.account = shop
        request.member = shop.team.member_set.get(user=request.user)
        request.member.role = member
        values = ("klaviyo_id", "name", "opt_in_process", "updated_at", "created_at")
        source = rows or MirrorRows(KlaviyoList.objects.filter(account=shop), values=values)
        filters = Filter(request.GET, queryset=source.queryset) if isinstance(source, MirrorRows) else None
        return Shown(
            listing(
                request,
                template="jobs/index.html",
                rows=source,
                table=TABLE,
                verbs=verbs,
                filters=filters,
                context=WORDS,
            )
        )

    return draw


def test_the_page_is_whole_and_the_part_has_one_root(shop: Account, table) -> None:
    fill(shop, ["VIP"])
    whole, part = table(), table(**{"HX-Request": "true"})
    assert whole.html.lstrip().startswith("<!doctype html>")
    assert re.fullmatch(r'\s*<section id="rows".*</section>\s*', part.html, re.DOTALL)
    assert part.html.count("<section") == 1
    assert "hx-swap-oob" not in whole.html


@pytest.mark.parametrize("header", ["HX-Boosted", "HX-History-Restore-Request"])
def test_a_boosted_link_and_a_restored_history_get_the_whole_page(shop: Account, table, header: str) -> None:
    assert "<!doctype html>" in table(**{"HX-Request": "true", header: "true"}).html


def test_the_address_sorts_and_searches(shop: Account, table) -> None:
    fill(shop, ["b VIP", "a VIP", "c"])
    assert table("/a/7/lists/?q=vip&sort=-name").names == ["b VIP", "a VIP"]


def test_links_have_the_same_address_for_htmx_and_without(shop: Account, table) -> None:
    fill(shop, [f"list {n:03}" for n in range(120)])
    shown = table("/a/7/lists/?q=list")
    pairs = re.findall(r'href="([^"]*)" hx-get="([^"]*)"', shown.html)
    assert len(pairs) == 7  # three headings, the same three in a phone's menu, the next page
    assert all(one == two and "q=list" in one for one, two in pairs)


def test_a_name_is_text_and_never_markup(shop: Account, table) -> None:
    evil = "<img src=x onerror=alert(1)>{{ 7*7 }}\"'`"
    fill(shop, [evil])
    shown = table("/a/7/lists/?q=<script>")
    assert "<script>" not in shown.html
    assert "<img" not in table().html


def test_a_hundred_rows_are_light_and_cost_no_more_queries_than_one(shop: Account, table) -> None:
    fill(shop, ["A list with a name of a usual length"])
    with CaptureQueriesContext(connection) as one:
        table()
    fill(shop, [f"A list with a name of a usual length {n:04}" for n in range(150)])
    with CaptureQueriesContext(connection) as many:
        shown = table()
    assert len(shown.names) == 100
    assert len(shown.html) <= 60_000
    # The test's own look-up of the member is one of them; session, user, account and member come on top in a real page.
    assert len(many) == len(one) <= 4


def test_an_empty_table_says_what_to_do_and_a_search_without_a_match_how_to_go_back(shop: Account, table) -> None:
    assert "No long work yet." in table().html
    assert "No long work yet." in table("/a/7/lists/?sort=-name").html
    missed = table("/a/7/lists/?q=zzz")
    assert "Nothing matches." in missed.html
    assert 'href="/a/7/lists/"' in missed.html
    assert "Nothing matches." in table("/a/7/lists/?process=none_such").html


def test_the_table_of_an_account_that_cannot_be_asked_says_so(shop: Account, table) -> None:
    shown = table(rows=NoRows(Upstream(request_id="req-9")))
    assert shown.status == 502
    assert "req-9" in shown.html


def test_a_viewer_is_offered_no_bulk_verb(shop: Account, table) -> None:
    fill(shop, ["VIP"])
    assert 'name="ids"' in table().html
    assert 'name="ids"' not in table(member=Right.VIEW).html


def test_the_bulk_bar_carries_what_the_table_shows(shop: Account, table) -> None:
    fill(shop, ["VIP"])
    shown = table("/a/7/lists/?q=vip&process=double_opt_in&sort=-name")
    assert 'name="match" value="q=vip&amp;process=double_opt_in"' in shown.html
