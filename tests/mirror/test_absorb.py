"""What Klaviyo answers, taken into the mirror."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.absorb import absorb, absorb_gone, absorb_many, moment
from klaviyo_app.mirror.edits import ChangedMeanwhile, check
from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.mirror.models import Version
from klaviyo_app.resources.coupons.models import Coupon
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.shop import NOW, a_list


def test_attributes_are_kept_whole_unknown_ones_too(shop: Account) -> None:
    row = absorb(KlaviyoList, shop, a_list(1, "VIP", brand_new={"deep": [1, None]}), now=NOW)
    row.refresh_from_db()
    assert row.attributes["brand_new"] == {"deep": [1, None]}
    assert (row.name, row.name_key, row.opt_in_process) == ("VIP", "vip", "double_opt_in")


def test_a_version_is_kept_when_something_changed_and_only_then(shop: Account, bob: User) -> None:
    absorb(KlaviyoList, shop, a_list(1, "VIP"), now=NOW)
    absorb(KlaviyoList, shop, a_list(1, "VIP", updated="2027-01-01T00:00:00+00:00", profile_count=9), now=NOW)
    absorb(KlaviyoList, shop, a_list(1, "VIPs"), by=bob, now=NOW)
    absorb_many(KlaviyoList, shop, [a_list(1, "VIPs"), a_list(2, "New")], now=NOW)
    seen = Version.objects.order_by("pk").values_list("klaviyo_id", "attributes__name", "by")
    assert list(seen) == [("L00001", "VIP", None), ("L00001", "VIPs", bob.pk), ("L00002", "New", None)]


def test_what_is_gone_leaves_the_tables_and_a_last_version(shop: Account, bob: User) -> None:
    row = absorb(KlaviyoList, shop, a_list(1, "VIP"), now=NOW)
    absorb_gone(row, by=bob, now=NOW)
    row.refresh_from_db()
    last = Version.objects.latest("pk")
    assert (row.gone_at, last.fingerprint, last.by, last.attributes["name"]) == (NOW, "gone", bob, "VIP")


def test_what_comes_back_is_a_version_too(shop: Account) -> None:
    for again in (absorb, lambda *args, **more: absorb_many(args[0], args[1], [args[2]], **more)):
        absorb_gone(absorb(KlaviyoList, shop, a_list(1, "VIP"), now=NOW), by=None, now=NOW)
        before = Version.objects.count()
        again(KlaviyoList, shop, a_list(1, "VIP"), now=NOW)
        assert Version.objects.count() == before + 1
        assert KlaviyoList.objects.get(klaviyo_id="L00001").gone_at is None


def test_a_page_asked_before_our_change_does_not_undo_it(shop: Account) -> None:
    asked_at = timezone.now()
    absorb(KlaviyoList, shop, a_list(1, "Our new name"), now=asked_at - timedelta(seconds=5))
    absorb_many(KlaviyoList, shop, [a_list(1, "Old name")], now=timezone.now(), asked_at=asked_at)
    assert KlaviyoList.objects.get(klaviyo_id="L00001").name == "Our new name"


def test_a_page_asked_before_our_deletion_does_not_bring_it_back(shop: Account) -> None:
    row = absorb(KlaviyoList, shop, a_list(1, "VIP"), now=NOW)
    asked_at = timezone.now()
    absorb_gone(row, by=None, now=asked_at - timedelta(seconds=5))
    absorb_many(KlaviyoList, shop, [a_list(1, "VIP")], now=timezone.now(), asked_at=asked_at)
    assert KlaviyoList.objects.get(klaviyo_id="L00001").gone_at is not None


def a_coupon(text: str) -> dict:
    return {"type": "coupon", "id": "SAVE", "attributes": {"external_id": "SAVE", "description": text}}


def test_times_that_klaviyo_does_not_give_stay_until_something_changes(shop: Account) -> None:
    later, last = NOW + timedelta(days=1), NOW + timedelta(days=2)
    absorb_many(Coupon, shop, [a_coupon("ten")], now=NOW)
    absorb_many(Coupon, shop, [a_coupon("ten")], now=later)
    absorb(Coupon, shop, a_coupon("ten"), now=later)
    row = Coupon.objects.get()
    assert (row.created_at, row.updated_at) == (NOW, NOW)
    absorb_many(Coupon, shop, [a_coupon("eleven")], now=last)
    row.refresh_from_db()
    assert (row.created_at, row.updated_at) == (NOW, last)


def test_a_nul_in_klaviyos_words_is_no_stumbling_block(shop: Account) -> None:
    row = absorb(KlaviyoList, shop, a_list(1, "V\x00IP", note=["a\x00b"]), now=NOW)
    assert (row.name, row.attributes["note"]) == ("VIP", ["ab"])


def test_a_page_of_a_hundred_costs_a_handful_of_statements(shop: Account) -> None:
    page = [a_list(number, f"list {number}") for number in range(100)]
    with CaptureQueriesContext(connection) as asked:
        absorb_many(KlaviyoList, shop, page, now=NOW)
    assert len(asked) <= 6


def test_a_row_of_another_account_with_the_same_id_is_left_alone(shop: Account) -> None:
    from tests.shop import make_account

    other = make_account(shop.team, "Other", connection_id="conn-2")
    absorb(KlaviyoList, shop, a_list(1, "Mine"), now=NOW)
    absorb_many(KlaviyoList, other, [a_list(1, "Theirs")], now=NOW)
    assert KlaviyoList.objects.get(account=shop).name == "Mine"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2026-08-01T12:00:00+00:00", NOW),
        ("2026-08-01T12:00:00Z", NOW),
        ("2026-08-01T12:00:00", NOW),
        ("soon", None),
        (None, None),
        (7, None),
    ],
)
def test_times_as_klaviyo_writes_them(text: object, found: datetime | None) -> None:
    assert moment(text) == found
    assert found is None or found.tzinfo == UTC


def test_a_fingerprint_sees_content_and_neither_order_nor_restless_values() -> None:
    one = {"name": "a", "options": {"x": 1, "y": 2}, "updated": "1", "profile_count": 3}
    other = {"options": {"y": 2, "x": 1}, "name": "a", "updated": "2"}
    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint({**other, "name": "b"})


def test_an_edit_of_something_changed_meanwhile_is_refused_with_what_is_there() -> None:
    live = a_list(1, "Theirs")
    with pytest.raises(ChangedMeanwhile) as caught:
        check(fingerprint({"name": "Mine"}), live)
    check(caught.value.now, live)
    assert caught.value.live is live
