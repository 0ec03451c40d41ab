"""Coupons and their codes in the sandbox."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.shop import Shop


def coupon(shop: Shop, id_: str = "SNOW") -> str:
    return shop.do("create_coupon", {"attributes": {"external_id": id_}}).thing.id


def row(code: str, coupon_id: str = "SNOW") -> dict[str, Any]:
    relation = {"coupon": {"data": {"type": "coupon", "id": coupon_id}}}
    return {"type": "coupon-code", "attributes": {"unique_code": code}, "relationships": relation}


def bulk(shop: Shop, *codes: str) -> str:
    body = {"attributes": {"coupon-codes": {"data": [row(one) for one in codes]}}}
    return shop.do("bulk_create_coupon_codes", body).thing.id


def job(shop: Shop, id_: str) -> dict[str, Any]:
    return shop.shown(shop.do("get_bulk_create_coupon_codes_job", job_id=id_).thing)


def test_a_coupon_is_called_by_its_external_id(shop: Shop) -> None:
    assert coupon(shop) == "SNOW"


def test_the_balance_that_warns_is_given_as_a_number_and_told_as_text(shop: Shop) -> None:
    attributes = {"external_id": "SNOW", "monitor_configuration": {"low_balance_threshold": 500}}
    made = shop.do("create_coupon", {"attributes": attributes}).thing
    assert shop.shown(made)["monitor_configuration"] == {"low_balance_threshold": "500"}


@pytest.mark.parametrize("id_", ["with-hyphen", "with space", "ümlaut"])
def test_an_external_id_of_other_signs_is_refused(shop: Shop, id_: str) -> None:
    assert shop.refused("create_coupon", {"attributes": {"external_id": id_}}).status == 400


def test_an_external_id_can_be_had_once(shop: Shop) -> None:
    coupon(shop)
    assert shop.refused("create_coupon", {"attributes": {"external_id": "SNOW"}}).status == 409


def test_an_id_that_no_coupon_can_have_is_400_and_not_404(shop: Shop) -> None:
    assert shop.refused("get_coupon", id="a-b").status == 400
    assert shop.refused("get_coupon", id="ab").status == 404


def test_a_code_is_unassigned_and_lasts_a_year(shop: Shop) -> None:
    coupon(shop)
    code = shop.do("create_coupon_code", row("A1")).thing
    expected = {"unique_code": "A1", "expires_at": "2027-11-23T12:00:00+00:00", "status": "UNASSIGNED"}
    assert (code.id, shop.shown(code)) == ("SNOW-A1", expected)


def test_an_assigned_code_cannot_be_deleted(shop: Shop) -> None:
    assigned = next(one for one in shop.things.all("coupon-code") if one.relationships["profile"])
    assert shop.refused("delete_coupon_code", id=assigned.id).status == 409


def test_a_job_passes_through_its_states(shop: Shop) -> None:
    coupon(shop)
    id_ = bulk(shop, "A", "B", "C", "D")
    seen = []
    for _ in range(3):
        shown = job(shop, id_)
        seen.append((shown["status"], shown["completed_count"]))
        shop.later(0.5)
    assert seen == [("processing", 0), ("processing", 2), ("complete", 4)]


def test_the_codes_of_a_running_job_are_processing(shop: Shop) -> None:
    coupon(shop)
    bulk(shop, "A")
    code = shop.things.get("coupon-code", "SNOW-A")
    assert shop.shown(code)["status"] == "PROCESSING"
    shop.later(2)
    assert shop.shown(code)["status"] == "UNASSIGNED"


def test_doubled_codes_are_errors_of_the_job(shop: Shop) -> None:
    coupon(shop)
    shop.do("create_coupon_code", row("A"))
    id_ = bulk(shop, "A", "B", "B")
    shop.later(2)
    shown = job(shop, id_)
    assert (shown["completed_count"], shown["failed_count"]) == (1, 2)
    assert [one["source"]["pointer"][-1] for one in shown["errors"]] == ["0", "2"]


def test_a_job_is_gone_after_seven_days(shop: Shop) -> None:
    coupon(shop)
    id_ = bulk(shop, "A")
    shop.later(8 * 86400)
    assert shop.refused("get_bulk_create_coupon_codes_job", job_id=id_).status == 404


def test_a_job_takes_a_thousand_codes_and_no_more(shop: Shop) -> None:
    coupon(shop)
    many = [row(f"C{number}") for number in range(1001)]
    assert shop.refused("bulk_create_coupon_codes", {"attributes": {"coupon-codes": {"data": many}}}).status == 400
    bulk(shop, *(f"C{number}" for number in range(1000)))


def test_a_hundred_jobs_may_wait(shop: Shop) -> None:
    coupon(shop)
    for number in range(100):
        bulk(shop, f"C{number}")
    body = {"attributes": {"coupon-codes": {"data": [row("Z")]}}}
    assert shop.refused("bulk_create_coupon_codes", body).status == 400
    shop.later(2)
    assert shop.do("bulk_create_coupon_codes", body).status == 202


def test_codes_are_narrowed_by_coupon(shop: Shop) -> None:
    coupon(shop)
    shop.do("create_coupon_code", row("A"))
    found = shop.do("get_coupon_codes", filters=(("coupon.id", "equals", "SNOW"),)).things
    assert [one.id for one in found] == ["SNOW-A"]


def test_a_deleted_coupon_takes_its_codes_along(shop: Shop) -> None:
    coupon(shop)
    shop.do("create_coupon_code", row("A"))
    shop.do("delete_coupon", id="SNOW")
    assert shop.things.get("coupon-code", "SNOW-A") is None
