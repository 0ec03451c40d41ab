"""Our receiver takes what Klaviyo signed for it, once, and nothing else; and the sandbox really delivers."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.models import Sync
from klaviyo_app.resources.webhooks import receiving, services
from klaviyo_app.resources.webhooks.models import Delivery, OwnWebhook
from tests.resources.test_events import record
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-many-letters"


@pytest.fixture
def hook(account: Account) -> OwnWebhook:
    return OwnWebhook.objects.create(account=account, klaviyo_id="HOOK", token="t" * 43, secret=SECRET)


def document(account: Account, **meta: Any) -> dict[str, Any]:
    known = {"klaviyo_account_id": account.klaviyo_id, "klaviyo_webhook_id": "HOOK"}
    at = {"timestamp": timezone.now().isoformat()}
    payload = {"data": {"attributes": {"email": "ada@example.com"}}}
    data = [{"topic": "event:klaviyo.subscribed_to_list", "external_id": "E", "payload": payload}]
    return {"data": data, "meta": {**known, **at, **meta}}


def post(hook: OwnWebhook, body: bytes, *, secret: str = SECRET, token: str = "", **headers: str) -> int:
    stamp = timezone.now().isoformat()
    signed = {
        "Klaviyo-Signature": receiving.sign(secret, body, stamp),
        "Klaviyo-Timestamp": stamp,
        "Klaviyo-Webhook-Id": "HOOK",
        **headers,
    }
    path = f"/hooks/klaviyo/{token or hook.token}/"
    return int(Client().post(path, body, content_type="application/json", headers=signed).status_code)


def test_a_genuine_delivery_is_taken_and_its_kinds_are_read_anew(hook: OwnWebhook, account: Account) -> None:
    assert post(hook, orjson.dumps(document(account))) == 200
    delivery = Delivery.objects.get()
    assert delivery.topics == {"event:klaviyo.subscribed_to_list": 1}
    assert delivery.refreshed == ["list", "metric"]
    assert set(Sync.objects.filter(asked_at__isnull=False).values_list("kind", flat=True)) == {"list", "metric"}


def test_nothing_of_what_was_in_it_is_kept(hook: OwnWebhook, account: Account) -> None:
    post(hook, orjson.dumps(document(account)))
    assert "ada@example.com" not in str(list(Delivery.objects.values()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"secret": "another-secret-of-letters"},
        {"Klaviyo-Signature": ""},
        {"Klaviyo-Signature": "0" * 64},
        {"Klaviyo-Timestamp": "another time"},
        {"Klaviyo-Webhook-Id": "ANOTHER"},
    ],
    ids=str,
)
def test_what_is_not_signed_for_us_is_refused_and_not_kept(
    hook: OwnWebhook, account: Account, wrong: dict[str, str]
) -> None:
    assert post(hook, orjson.dumps(document(account)), **wrong) == 401
    assert not Delivery.objects.exists()
    assert not Sync.objects.filter(asked_at__isnull=False).exists()


@pytest.mark.parametrize(
    "meta",
    [
        {"klaviyo_account_id": "Other1"},
        {"klaviyo_webhook_id": "ANOTHER"},
        {"timestamp": "2020-01-01T00:00:00Z"},
        {"timestamp": "2199-01-01T00:00:00Z"},
        {"timestamp": None},
    ],
    ids=str,
)
def test_a_delivery_for_somebody_else_or_of_another_time_is_refused(
    hook: OwnWebhook, account: Account, meta: dict[str, Any]
) -> None:
    assert post(hook, orjson.dumps(document(account, **meta))) == 401
    assert not Delivery.objects.exists()


@pytest.mark.parametrize("body", [b"", b"nothing", b"[]", b'{"data": 1, "meta": {}}', b'{"data": []}'])
def test_a_signed_body_that_is_no_delivery_is_refused(hook: OwnWebhook, body: bytes) -> None:
    assert post(hook, body) == 401


def test_the_same_delivery_again_counts_once_and_is_answered_well(hook: OwnWebhook, account: Account) -> None:
    body, stamp = orjson.dumps(document(account)), timezone.now().isoformat()
    signed = {"Klaviyo-Timestamp": stamp, "Klaviyo-Signature": receiving.sign(SECRET, body, stamp)}
    assert [post(hook, body, **signed) for _ in range(3)] == [200, 200, 200]
    assert Delivery.objects.count() == 1


def test_an_unknown_address_a_get_and_a_flood_of_bytes_are_turned_away(
    hook: OwnWebhook, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert post(hook, orjson.dumps(document(account)), token="x" * 43) == 404
    assert Client().get(f"/hooks/klaviyo/{hook.token}/").status_code == 405
    monkeypatch.setattr(receiving, "MOST_BYTES", 100)
    assert post(hook, b"x" * 200) == 413


def test_a_flood_of_deliveries_reads_a_kind_once_a_minute(hook: OwnWebhook, account: Account) -> None:
    for _again in range(3):
        assert post(hook, orjson.dumps(document(account))) == 200
    assert [one.refreshed for one in Delivery.objects.order_by("pk")] == [["list", "metric"], [], []]


def test_deliveries_of_last_month_are_forgotten(hook: OwnWebhook, account: Account) -> None:
    post(hook, orjson.dumps(document(account)))
    assert receiving.sweep(timezone.now()) == 0
    assert receiving.sweep(timezone.now() + timedelta(days=31)) == 1


@pytest.mark.django_db(transaction=True)
def test_the_sandbox_delivers_over_the_network_and_the_test_button_does_too(
    world: World, account: Account, live_server: Any, settings: Any, bob: Any
) -> None:
    settings.SITE_URL = live_server.url
    world.settings(webhook_seconds=0.1)
    record(world, "Subscribed to List", "first@example.com")  # so that there is such a topic
    from klaviyo_app.accounts.clients import client_for

    made = services.create_own(account, client=client_for(account), by=bob)
    record(world, "Subscribed to List", "ada@example.com", "2026-08-02T12:00:00Z")
    until = time.monotonic() + 20
    while not Delivery.objects.exists() and time.monotonic() < until:
        time.sleep(0.1)
    delivery = Delivery.objects.get()
    assert list(delivery.topics.values()) == [1]
    assert "list" in delivery.refreshed
    own = OwnWebhook.objects.select_related("account").get(klaviyo_id=made["id"])
    assert services.test_delivery(own, timezone.now()).good
    assert Delivery.objects.filter(test=True).count() == 1
