"""What the tables of all mirrored kinds promise. A new kind is a line in KINDS."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.absorb import absorb_many
from klaviyo_app.mirror.models import Mirrored, Sync
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.resources.coupons.models import Coupon
from klaviyo_app.resources.email_templates.models import EmailTemplate
from klaviyo_app.resources.flows.models import Flow
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.metrics.models import Metric
from klaviyo_app.resources.segments.models import Segment

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 8, 1, 12, 0, tzinfo=UTC)
MOST_QUERIES = 8


@dataclass(frozen=True)
class Kind:
    """A table: its path, its model, what a resource has besides name and times, what its name is called."""

    path: str
    model: type[Mirrored]
    attributes: dict[str, Any] = field(default_factory=dict)
    called: str = "name"
    made_here: bool = True
    queries: int = MOST_QUERIES

    def fill(self, account: Account, names: list[str]) -> None:
        """Rows of these names; the later in the list, the later changed."""
        absorb_many(self.model, account, [self.resource(at, name) for at, name in enumerate(names)], now=NOW)

    def resource(self, number: int, name: str) -> dict[str, Any]:
        """As Klaviyo gives it."""
        updated = (NOW + timedelta(minutes=number)).isoformat()
        times = {"created": NOW.isoformat(), "updated": updated}
        attributes = {self.called: name, **times, **self.attributes}
        return {"type": self.model.kind, "id": f"K{number:05}", "attributes": attributes}


KINDS = (
    Kind("lists/", KlaviyoList, {"opt_in_process": "double_opt_in"}),
    Kind("segments/", Segment, {"is_active": True, "is_processing": False, "is_starred": False}),
    Kind("campaigns/", Campaign, {"status": "Draft"}),
    # one more: which revision the account is served at, before a new flow is offered
    Kind("flows/", Flow, {"status": "live", "trigger_type": "Metric", "archived": False}, queries=9),
    Kind("templates/", EmailTemplate, {"editor_type": "CODE", "html": "<p>Hello</p>"}),
    Kind("metrics/", Metric, {"integration": {"name": "Shop"}}, made_here=False, queries=9),  # which sources there are
    Kind("coupons/", Coupon, {"description": "Ten percent"}, called="external_id"),
)
each = pytest.mark.parametrize("kind", KINDS, ids=[kind.path.strip("/") for kind in KINDS])


def text(answer: Any) -> str:
    assert answer.status_code == 200
    return str(answer.content.decode())


def names_in(page: str) -> list[str]:
    return re.findall(r"Row \d{3}", page.partition("<tbody>")[2])


def names_shown(page: str) -> list[str]:
    """In their order, each once."""
    return list(dict.fromkeys(names_in(page)))


def rows(many: int) -> list[str]:
    return [f"Row {number:03}" for number in range(many)]


@each
def test_without_rows_it_says_what_belongs_here_and_how_to_begin(kind: Kind, account: Account, browse: Any) -> None:
    page = text(browse(kind.path))
    assert "empty-title" in page
    assert (f"{kind.path}new/" in page.partition('class="empty"')[2]) is kind.made_here


@each
def test_a_viewer_is_not_offered_to_make_one(kind: Kind, account: Account, browse: Any, vera: Any) -> None:
    assert f"{kind.path}new/" not in text(browse(kind.path, user=vera))


@each
def test_a_stranger_finds_nothing(kind: Kind, account: Account, browse: Any, charlie: Any) -> None:
    assert browse(kind.path, user=charlie).status_code == 404


@each
def test_part_of_a_name_in_any_case_finds_it(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, ["Row 001", "The ÄRGER Row 002", "Row 003"])
    assert names_shown(text(browse(f"{kind.path}?q=ärg"))) == ["Row 002"]


@each
def test_a_search_that_finds_nothing_offers_everything(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, rows(2))
    page = text(browse(f"{kind.path}?q=zzz"))
    assert "Nothing matches" in page
    assert "Show all" in page


@each
def test_every_column_that_offers_it_sorts_both_ways(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, rows(5))
    wishes = set(re.findall(r"sort=([a-z_]+)", text(browse(kind.path))))
    assert wishes
    for wish in wishes:
        rising, falling = (names_shown(text(browse(f"{kind.path}?sort={sign}{wish}"))) for sign in ("", "-"))
        assert rising == falling[::-1]


@each
def test_pages_show_every_row_once(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, rows(230))
    address, found = f"{kind.path}?sort=name", []
    while address:
        page = text(browse(address, htmx=True))
        found += names_shown(page)
        onward = re.search(r'rel="next"[^>]* href="([^"]+)"', page)
        address = onward[1].replace("&amp;", "&") if onward else ""
    assert found == rows(230)


@each
def test_a_sort_that_is_made_up_falls_back(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, rows(2))
    assert names_shown(text(browse(f"{kind.path}?sort=account__team__name")))


@each
def test_the_part_for_htmx_has_one_root_and_no_frame(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, rows(2))
    part = text(browse(kind.path, htmx=True)).strip()
    assert part.startswith('<section id="rows"')
    assert part.endswith("</section>")
    assert part.count("<section") == 1
    assert "<html" not in part


@each
def test_the_age_of_the_copy_stands_above_it(kind: Kind, account: Account, browse: Any) -> None:
    assert "Not read from Klaviyo yet" in text(browse(kind.path))
    Sync.objects.create(account=account, kind=kind.model.kind, finished_at=datetime.now(UTC) - timedelta(hours=3))
    assert "3\xa0hours ago" in text(browse(kind.path))


@each
def test_a_row_that_is_gone_is_not_in_the_table(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, rows(2))
    kind.model.objects.filter(name="Row 000").update(gone_at=NOW)
    assert names_shown(text(browse(kind.path))) == ["Row 001"]


@each
def test_the_rows_of_another_account_are_not_in_the_table(kind: Kind, account: Account, browse: Any) -> None:
    other = Account.objects.create(team=account.team, klaviyo_id="Other1", name="Other")
    kind.fill(other, rows(2))
    assert not names_shown(text(browse(kind.path)))


@each
def test_a_name_cannot_bring_markup_along(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, ["<img src=x onerror=alert(1)>"])
    page = text(browse(kind.path))
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


@each
@pytest.mark.parametrize("many", [1, 100])
def test_few_queries_draw_it_whatever_the_number_of_rows(
    kind: Kind, many: int, account: Account, bob: Any, client_of: Any
) -> None:
    kind.fill(account, rows(many))
    browser, address = client_of(bob), f"/a/{account.pk}/{kind.path}"
    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        assert text(browser.get(address))
    assert len(asked) <= kind.queries, [one["sql"][:120] for one in asked.captured_queries]


@each
def test_a_row_opens_its_page(kind: Kind, account: Account, browse: Any) -> None:
    kind.fill(account, ["Row 000"])
    opened = re.search(r'<a href="([^"]+)">Row 000', text(browse(kind.path)))
    assert opened
    assert "Row 000" in text(browse(opened[1]))
