"""Reading a whole kind, over a real line."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from django_scopes import scope

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror import sync, tasks
from klaviyo_app.mirror.models import Sync, Version
from klaviyo_app.mirror.sync import age, due, read_kind, ring
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.gateway.wire_server import klaviyo_error, reply
from tests.shop import NOW, a_list, fill, make_account


def page(*resources: dict, after: str = ""):
    link = f"https://a.klaviyo.com/api/lists?page%5Bcursor%5D={after}" if after else None
    return reply(200, {"data": list(resources), "links": {"next": link}})


def here(account: Account) -> list[str]:
    with scope(team=account.team, account=account):
        return sorted(KlaviyoList.objects.filter(account=account, gone_at=None).values_list("name", flat=True))


def test_all_pages_come_into_the_mirror(shop: Account, klaviyo) -> None:
    server = klaviyo(page(a_list(1, "a"), a_list(2, "b"), after="c1"), page(a_list(3, "c")))
    assert read_kind(shop, KlaviyoList)
    assert here(shop) == ["a", "b", "c"]
    assert [one.headers["maton-connection"] for one in server.requests] == ["conn-1"] * 2
    row = Sync.objects.get()
    assert (row.items, row.error, row.lease_until) == (3, "", None)
    assert row.next_at > timezone.now()


def test_what_vanished_is_gone_after_a_whole_reading(shop: Account, klaviyo) -> None:
    fill(shop, ["stays", "goes"])
    klaviyo(page(a_list(0, "stays")))
    read_kind(shop, KlaviyoList)
    assert here(shop) == ["stays"]
    assert Version.objects.get(fingerprint="gone").klaviyo_id == "L00001"


def test_a_reading_that_broke_off_takes_nothing_away(shop: Account, klaviyo) -> None:
    fill(shop, ["one", "two"])
    klaviyo(page(a_list(0, "one, new"), after="c1"), reply(403, klaviyo_error(403, "permission_denied")))
    assert not read_kind(shop, KlaviyoList)
    assert here(shop) == ["one, new", "two"]
    row = Sync.objects.get()
    assert row.error
    assert row.lease_until is None
    assert row.next_at > timezone.now()


def test_a_reader_that_has_the_lease_is_left_alone(shop: Account, klaviyo) -> None:
    server = klaviyo(page())
    Sync.objects.create(account=shop, kind="list", lease_until=timezone.now() + timedelta(minutes=1))
    assert not read_kind(shop, KlaviyoList)
    assert server.requests == []


def test_the_lease_of_a_dead_reader_is_taken_over(shop: Account, klaviyo) -> None:
    klaviyo(page(a_list(1, "a")))
    Sync.objects.create(account=shop, kind="list", lease_until=timezone.now() - timedelta(seconds=1))
    assert read_kind(shop, KlaviyoList)


def test_one_account_does_not_touch_anothers_rows(shop: Account, klaviyo) -> None:
    other = make_account(shop.team, "Other", connection_id="conn-2")
    fill(other, ["theirs"])
    klaviyo(page(a_list(5, "mine")))
    read_kind(shop, KlaviyoList)
    assert (here(shop), here(other)) == (["mine"], ["theirs"])


def test_a_ring_is_a_row_and_then_a_doorbell(shop: Account, monkeypatch, django_capture_on_commit_callbacks) -> None:
    rung: list[tuple[int, str]] = []
    monkeypatch.setattr(sync, "call", lambda *which: rung.append(which))
    with django_capture_on_commit_callbacks(execute=True):
        ring(shop, "list")
        assert rung == []
    assert rung == [(shop.pk, "list")]
    assert age(shop, "list").reading


def test_an_account_without_a_connection_is_not_waited_for(shop: Account) -> None:
    Account.objects.filter(pk=shop.pk).update(connection_id=None)
    shop.refresh_from_db()
    ring(shop, "list")
    found = age(shop, "list")
    assert (found.reading, bool(found.error), found.stale) == (False, True, False)
    assert list(due(timezone.now())) == []


@pytest.mark.parametrize(("minutes", "stale"), [(1, False), (3, True)])
def test_an_old_copy_is_stale(shop: Account, minutes: int, stale: bool) -> None:
    now = timezone.now()
    Sync.objects.create(account=shop, kind="list", finished_at=now - timedelta(minutes=minutes))
    assert age(shop, "list", now=now).stale is stale


def test_the_sweep_finds_what_is_due_and_what_a_dead_reader_left(shop: Account, monkeypatch) -> None:
    past, ahead = timezone.now() - timedelta(seconds=1), timezone.now() + timedelta(minutes=9)
    rung: list[str] = []
    monkeypatch.setattr(sync, "call", lambda _account, kind: rung.append(kind))
    for kind, values in {
        "due": {"next_at": past},
        "left": {"next_at": past, "lease_until": past},
        "early": {"next_at": ahead},
        "leased": {"next_at": past, "lease_until": ahead},
    }.items():
        Sync.objects.create(account=shop, kind=kind, **values)
    tasks.sweep()
    assert sorted(rung) == ["due", "left"]


def test_the_task_opens_the_scope_and_reads(shop: Account, klaviyo) -> None:
    klaviyo(page(a_list(1, "a")))
    tasks.read(shop.pk, "list")
    assert here(shop) == ["a"]


def test_the_task_of_an_account_or_kind_that_is_gone_does_nothing(shop: Account) -> None:
    tasks.read(shop.pk + 99, "list")
    tasks.read(shop.pk, "no-such-kind")
    assert not Sync.objects.exists()


def test_the_age_line_asks_again_only_while_it_is_read(shop: Account, vera, client_of) -> None:
    browser = client_of(vera)
    line = f"/a/{shop.pk}/mirror/list/"
    Sync.objects.create(account=shop, kind="list", finished_at=timezone.now())
    assert 'hx-trigger="every' not in browser.get(line, headers={"HX-Request": "true"}).content.decode()
    answer = browser.post(f"{line}refresh/", headers={"HX-Request": "true"})
    assert 'hx-trigger="every' in answer.content.decode()


def test_refresh_without_script_leads_back_to_the_table(shop: Account, vera, client_of) -> None:
    answer = client_of(vera).post(f"/a/{shop.pk}/mirror/list/refresh/")
    assert (answer.status_code, answer["Location"]) == (303, f"/a/{shop.pk}/lists/")


def test_an_unknown_kind_has_no_age(shop: Account, vera, client_of) -> None:
    assert client_of(vera).get(f"/a/{shop.pk}/mirror/spaceships/").status_code == 404
    assert NOW
