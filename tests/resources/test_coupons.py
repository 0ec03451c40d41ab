"""Coupons and single codes over HTTP against the sandbox: make, edit, delete, what Klaviyo refuses, who may."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from dashboard.audit.models import Entry
from klaviyo_app.resources.coupons.models import Coupon
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


def make(world: World, name: str = "SUMMER_10", **attributes: Any) -> str:
    """A coupon that somebody made at Klaviyo."""
    own = {"external_id": name, "description": "Ten percent", **attributes}
    return str(world.call("POST", "coupons", {"data": {"type": "coupon", "attributes": own}})["data"]["id"])


def make_code(world: World, coupon_id: str, code: str) -> str:
    """A code that somebody made at Klaviyo; its id."""
    coupon = {"data": {"type": "coupon", "id": coupon_id}}
    data = {"type": "coupon-code", "attributes": {"unique_code": code}, "relationships": {"coupon": coupon}}
    return str(world.call("POST", "coupon-codes", {"data": data})["data"]["id"])


@pytest.fixture
def summer(world: World, account: Any, read: Any) -> Coupon:
    make(world)
    read("coupon")
    return Coupon.objects.get()


def form(row: Coupon, **changed: str) -> dict[str, str]:
    return {"description": row.description, "threshold": "", "seen": row.fingerprint, **changed}


def described(world: World, row: Coupon) -> dict[str, Any]:
    """What Klaviyo has."""
    return dict(world.call("GET", f"coupons/{row.klaviyo_id}")["data"]["attributes"])


def test_a_coupon_that_is_made_is_klaviyos_and_in_the_mirror(world: World, browse: Any) -> None:
    answer = browse("coupons/new/", {"external_id": "WINTER", "description": "Five", "threshold": "150"})
    row = Coupon.objects.get()
    assert answer.status_code == 303
    assert answer["Location"].endswith(f"/coupons/{row.klaviyo_id}/")
    found = described(world, row)
    assert (found["external_id"], found["description"]) == ("WINTER", "Five")
    assert int(found["monitor_configuration"]["low_balance_threshold"]) == row.low_balance_threshold == 150


def test_a_name_that_is_taken_stands_beside_its_field_with_what_was_typed(
    world: World, summer: Coupon, browse: Any
) -> None:
    answer = browse("coupons/new/", {"external_id": "SUMMER_10", "description": "typed with care", "threshold": ""})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert 'value="typed with care"' in page
    assert 'id="id_external_id_error"' in page
    assert world.count("create_coupon") == 2


@pytest.mark.parametrize("name", ["two words", "a-b", "ü", ""])
def test_a_name_that_klaviyo_never_takes_is_refused_before_it_is_asked(world: World, browse: Any, name: str) -> None:
    assert browse("coupons/new/", {"external_id": name, "description": ""}).status_code == 422
    assert world.count("create_coupon") == 0


def test_at_an_old_revision_the_form_asks_for_no_warning(settings: Any, browse: Any) -> None:
    settings.KLAVIYO_REVISION = "2025-01-15"
    assert "threshold" not in browse("coupons/new/").content.decode()


def test_an_edit_reaches_klaviyo_and_the_audit_trail(world: World, summer: Coupon, browse: Any, bob: Any) -> None:
    assert browse(f"coupons/{summer.klaviyo_id}/edit/", form(summer, description="Twenty")).status_code == 303
    line = Entry.objects.get(action="coupon.changed")
    assert described(world, summer)["description"] == "Twenty"
    assert (line.actor, line.before["description"], line.after["description"]) == (bob, "Ten percent", "Twenty")


def test_emptying_the_warning_takes_it_off(world: World, account: Any, read: Any, browse: Any) -> None:
    make(world, "WATCHED", monitor_configuration={"low_balance_threshold": 200})
    read("coupon")
    row = Coupon.objects.get()
    assert browse(f"coupons/{row.klaviyo_id}/edit/", form(row)).status_code == 303
    assert not described(world, row).get("monitor_configuration")


def test_a_change_made_elsewhere_meanwhile_is_shown_and_not_overwritten(
    world: World, summer: Coupon, browse: Any
) -> None:
    theirs = {"type": "coupon", "id": summer.klaviyo_id, "attributes": {"description": "Theirs"}}
    world.call("PATCH", f"coupons/{summer.klaviyo_id}", {"data": theirs})
    answer = browse(f"coupons/{summer.klaviyo_id}/edit/", form(summer, description="Mine"))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert described(world, summer)["description"] == "Theirs"


def test_deleting_a_coupon_takes_it_from_klaviyo_and_the_table(world: World, summer: Coupon, browse: Any) -> None:
    browse(f"coupons/{summer.klaviyo_id}/delete/", {})
    assert world.call("GET", "coupons")["data"] == []
    assert "SUMMER_10" not in browse("coupons/").content.decode()


def test_a_code_that_is_made_stands_among_the_codes_as_free(world: World, summer: Coupon, browse: Any) -> None:
    assert browse(f"coupons/{summer.klaviyo_id}/codes/new/", {"code": "HELLO-1", "expires_at": ""}).status_code == 303
    page = browse(f"coupons/{summer.klaviyo_id}/codes/").content.decode()
    assert "HELLO-1" in page
    assert "Free" in page


def test_a_code_that_exists_is_refused_and_kept_in_the_form(world: World, summer: Coupon, browse: Any) -> None:
    make_code(world, summer.klaviyo_id, "HELLO-1")
    answer = browse(f"coupons/{summer.klaviyo_id}/codes/new/", {"code": "HELLO-1", "expires_at": ""})
    assert answer.status_code in {409, 422}
    assert 'value="HELLO-1"' in answer.content.decode()


def test_the_codes_of_another_coupon_are_not_shown(world: World, summer: Coupon, browse: Any) -> None:
    make_code(world, make(world, "OTHER"), "FOREIGN-1")
    assert "FOREIGN-1" not in browse(f"coupons/{summer.klaviyo_id}/codes/").content.decode()


def test_a_code_expires_when_a_person_says(world: World, summer: Coupon, browse: Any) -> None:
    code = make_code(world, summer.klaviyo_id, "HELLO-1")
    path = f"coupons/{summer.klaviyo_id}/codes/{code}/"
    assert browse(f"{path}edit/", {"expires_at": "2031-05-04T12:00"}).status_code == 303
    assert world.call("GET", f"coupon-codes/{code}")["data"]["attributes"]["expires_at"].startswith("2031-05-04")


def test_a_time_that_is_over_is_refused_before_klaviyo_is_asked(world: World, summer: Coupon, browse: Any) -> None:
    code = make_code(world, summer.klaviyo_id, "HELLO-1")
    path = f"coupons/{summer.klaviyo_id}/codes/{code}/"
    assert browse(f"{path}edit/", {"expires_at": "2020-05-04T12:00"}).status_code == 422
    assert world.count("update_coupon_code") == 0


def test_a_code_that_nobody_has_is_deleted(world: World, summer: Coupon, browse: Any) -> None:
    code = make_code(world, summer.klaviyo_id, "HELLO-1")
    assert browse(f"coupons/{summer.klaviyo_id}/codes/{code}/delete/", {}).status_code == 303
    assert "HELLO-1" not in browse(f"coupons/{summer.klaviyo_id}/codes/").content.decode()


@pytest.mark.parametrize("code", ["A/B", "50% off", "a?b#c", "grün"])
def test_a_code_of_odd_signs_that_was_made_elsewhere_is_shown_and_can_be_deleted(
    world: World, summer: Coupon, browse: Any, code: str
) -> None:
    make_code(world, summer.klaviyo_id, code)
    page = browse(f"coupons/{summer.klaviyo_id}/codes/").content.decode()
    links = re.findall(r'href="([^"]+delete/)"', page.partition("<tbody>")[2])
    assert browse(html.unescape(links[0]), {}).status_code == 303
    assert code not in browse(f"coupons/{summer.klaviyo_id}/codes/").content.decode()


@pytest.mark.parametrize("page", ["edit/", "delete/", "codes/new/", "codes/make/"])
def test_a_viewer_changes_nothing(world: World, summer: Coupon, browse: Any, vera: Any, page: str) -> None:
    before = len(world.requests())
    typed = form(summer, code="A1", pattern="A-****", count="1")
    assert browse(f"coupons/{summer.klaviyo_id}/{page}", typed, user=vera).status_code == 403
    assert len(world.requests()) == before
