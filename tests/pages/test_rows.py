"""Keyset pages, capped counts and search over the mirror."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror import search
from klaviyo_app.pages import Column, MirrorRows, Table, rows
from klaviyo_app.pages.searching import forget
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.shop import NOW, fill

TABLE = Table(
    (
        Column("name", "Name", sort="name_key"),
        Column("changed", "Changed", sort="updated_at"),
        Column("opt_in", "Opt-in", sort="opt_in_process"),
        Column("id", "Id"),
    ),
    "-changed",
)
NAMES = ["Spring", "spring", "VIP", "Été", "", "100% off", "a_b", "Winter 2026", "Winter 2025", "zz"]


def mine(account: Account, size: int = 3) -> MirrorRows:
    return MirrorRows(KlaviyoList.objects.filter(account=account), values=("name",), size=size)


def walk(source: MirrorRows, sort: str, table: Table = TABLE) -> tuple[list[int], list[int]]:
    """The keys on the way forth, and on the way back from the last page."""
    page = source.page(table=table, sort=sort, cursor="", q="")
    forth = [row["pk"] for row in page.rows]
    while page.next:
        page = source.page(table=table, sort=sort, cursor=page.next, q="")
        forth += [row["pk"] for row in page.rows]
    back = [row["pk"] for row in page.rows]
    while page.previous:
        page = source.page(table=table, sort=sort, cursor=page.previous, q="")
        back = [row["pk"] for row in page.rows] + back
    return forth, back


@pytest.mark.parametrize("sort", ["name", "-name", "changed", "-changed", "opt_in", "-opt_in"])
def test_each_row_is_shown_once_forth_and_back(shop: Account, sort: str) -> None:
    fill(shop, NAMES)
    column = {"name": "name_key", "changed": "updated_at", "opt_in": "opt_in_process"}[sort.lstrip("-")]
    sign = "-" if sort[0] == "-" else ""
    expected = list(KlaviyoList.objects.order_by(f"{sign}{column}", f"{sign}pk").values_list("pk", flat=True))
    assert walk(mine(shop), sort) == (expected, expected)


@pytest.mark.parametrize("sort", ["sent", "-sent"])
def test_rows_without_a_value_come_last_and_once(shop: Account, sort: str) -> None:
    times = [None, NOW, None, NOW.replace(hour=3), NOW, None, None]
    common = {"account": shop, "created_at": NOW, "updated_at": NOW, "seen_at": NOW}
    made = [Campaign.objects.create(klaviyo_id=str(n), send_time=time, **common) for n, time in enumerate(times)]
    table = Table((Column("sent", "Sent", sort="send_time"),), "-sent")
    forth, back = walk(MirrorRows(Campaign.objects.all(), values=(), size=2), sort, table)
    assert forth == back
    assert sorted(forth) == [row.pk for row in made]
    assert set(forth[3:]) == {row.pk for row in made if row.send_time is None}


def test_an_undeclared_sort_is_not_done(shop: Account) -> None:
    fill(shop, NAMES)
    page = mine(shop).page(table=TABLE, sort="account__team__name", cursor="", q="")
    assert page.sort == "-changed"


def test_a_bad_cursor_is_the_first_page_with_a_note(shop: Account) -> None:
    fill(shop, NAMES)
    page = mine(shop).page(table=TABLE, sort="name", cursor="nonsense!", q="")
    assert (page.note, len(page.rows), page.previous) == ("cursor", 3, "")


def test_a_count_stops_at_its_cap(shop: Account, monkeypatch) -> None:
    fill(shop, NAMES)
    monkeypatch.setattr(rows, "COUNT_CAP", 4)
    page = mine(shop).page(table=TABLE, sort="", cursor="", q="")
    assert (page.count, page.more_than_counted) == (4, True)


FOUND = [
    ("SPRING", 2),
    ("pri", 2),
    ("ÉTÉ", 1),
    ("té", 1),
    ("0%", 1),
    ("100% o", 1),
    ("_", 1),
    ("a_b", 1),
    ("axb", 0),
    ("r 202", 2),
    ('"', 0),
    ('sp" OR "vip', 0),
    ("vip*", 0),
    ("spr\x00ing", 2),
]


@pytest.fixture(params=["indexed", "not indexed"])
def index(request, db: None) -> Iterator[None]:
    (search.install if request.param == "indexed" else search.uninstall)(connection.schema_editor())
    yield
    forget()


@pytest.mark.parametrize(("q", "many"), FOUND)
def test_search_finds_any_part_of_a_name_with_and_without_an_index(shop: Account, index: None, q, many) -> None:
    fill(shop, NAMES)
    assert mine(shop).page(table=TABLE, sort="", cursor="", q=q).count == many
