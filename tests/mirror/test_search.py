"""The trigram index: it follows every change, and search does without where its triggers are gone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror import search
from klaviyo_app.mirror.absorb import absorb, absorb_many
from klaviyo_app.pages import MirrorRows
from klaviyo_app.pages.searching import forget, index_name
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.shop import NOW, a_list, fill

pytestmark = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL keeps its index by itself")


@pytest.fixture(autouse=True)
def index(shop: Account) -> Iterator[None]:
    fill(shop, ["there before the index"])
    search.install(connection.schema_editor())
    yield
    forget()


def found(account: Account, q: str) -> list[str]:
    rows = MirrorRows(KlaviyoList.objects.filter(account=account), values=("name",))
    return sorted(rows.narrowed(q).values_list("name", flat=True))


def test_it_knows_what_was_there_before(shop: Account) -> None:
    with CaptureQueriesContext(connection) as asked:
        assert found(shop, "befo") == ["there before the index"]
    assert "MATCH" in asked.captured_queries[-1]["sql"]


def test_it_follows_new_names_changed_names_and_deletions(shop: Account) -> None:
    absorb_many(KlaviyoList, shop, [a_list(7, "Spring sale"), a_list(8, "Autumn sale")], now=NOW)
    assert found(shop, "sale") == ["Autumn sale", "Spring sale"]
    absorb_many(KlaviyoList, shop, [a_list(7, "Winter")], now=NOW)
    absorb(KlaviyoList, shop, a_list(9, "Garage sale"), now=NOW)
    assert found(shop, "sale") == ["Autumn sale", "Garage sale"]
    KlaviyoList.objects.filter(klaviyo_id="L00008").delete()
    assert found(shop, "sale") == ["Garage sale"]


def test_it_finds_nothing_of_another_account(shop: Account) -> None:
    from tests.shop import make_account

    other = make_account(shop.team, "Other", connection_id="conn-2")
    fill(other, ["secret plans"])
    assert found(shop, "secret") == []


def test_a_lost_trigger_makes_search_slower_and_never_wrong(shop: Account) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{index_name(KlaviyoList, "name_key")}_insert"')
    forget()
    fill(shop, ["there before the index", "later"])
    assert found(shop, "later") == ["later"]


def test_installing_again_repairs_it(shop: Account) -> None:
    name = index_name(KlaviyoList, "name_key")
    with connection.cursor() as cursor:
        cursor.execute(f'DROP TRIGGER "{name}_insert"')
    fill(shop, ["there before the index", "later"])
    search.install(connection.schema_editor())
    with CaptureQueriesContext(connection) as asked:
        assert found(shop, "later") == ["later"]
    assert "MATCH" in asked.captured_queries[-1]["sql"]


def test_a_campaign_is_found_by_its_subject_in_any_case_over_the_index(shop: Account) -> None:
    absorb(Campaign, shop, {"id": "C1", "attributes": {"name": "April"}}, now=NOW)
    absorb(Campaign, shop, {"id": "C2", "attributes": {"name": "May"}}, now=NOW)
    Campaign.objects.filter(klaviyo_id="C1").update(subject="Garden SALE begins")
    rows = MirrorRows(Campaign.objects.filter(account=shop), values=("name",))
    with CaptureQueriesContext(connection) as asked:
        assert list(rows.narrowed("sale beg").values_list("name", flat=True)) == ["April"]
    assert asked.captured_queries[-1]["sql"].count("MATCH") == len(Campaign.searched)
