"""Webhooks over HTTP against the sandbox: only admins say who is told, and secrets are shown to nobody."""

from __future__ import annotations

import re
from typing import Any

import pytest
from redis import Redis

from dashboard.audit.models import Entry
from klaviyo_app.resources.webhooks.models import OwnWebhook
from klaviyo_app.resources.webhooks.services import is_inside
from tests.sandbox_server import World
from tests.waiting import without_waiting

pytestmark = pytest.mark.django_db
SECRET = "a-secret-of-many-letters"
FORM = {
    "name": "Warehouse",
    "description": "Tells the warehouse",
    "endpoint_url": "https://hooks.example.com/klaviyo?key=hidden",
    "secret": SECRET,
    "topics": ["event:klaviyo.opened_email", "event:klaviyo.clicked_email"],
}


@pytest.fixture
def admin(browse: Any, alice: Any, account: Any, world: World, suite_redis: Redis) -> Any:
    without_waiting(world, suite_redis)
    return lambda path, data=None, **more: browse(path, data, user=alice, **more)


@pytest.fixture
def hook(world: World, account: Any, admin: Any) -> str:
    answer = admin("webhooks/new/", FORM)
    assert answer.status_code == 303, answer.content.decode()
    return str(answer["Location"])


def at_klaviyo(world: World) -> list[dict[str, Any]]:
    return list(world.call("GET", "webhooks?include=webhook-topics")["data"])


def test_a_webhook_is_made_with_its_topics_and_shown_without_its_path(world: World, hook: str, browse: Any) -> None:
    (kept,) = at_klaviyo(world)
    assert len(kept["relationships"]["webhook-topics"]["data"]) == 2
    page = browse(hook).content.decode()
    for word in ("Warehouse", "Opened email (klaviyo)", "https://hooks.example.com", "Enabled"):
        assert word in page
    assert "key=hidden" not in page


def test_its_secret_is_on_no_page_and_in_no_log_line(hook: str, admin: Any, capsys: Any) -> None:
    for path in ("webhooks/", hook, f"{hook}edit/", f"{hook}delete/"):
        assert SECRET not in admin(path).content.decode()
    assert SECRET not in str(list(Entry.objects.values()))
    assert SECRET not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"endpoint_url": "http://hooks.example.com/"}, "begin with https:// only"),
        ({"endpoint_url": "https://10.1.2.3/"}, "private network"),
        ({"endpoint_url": "https://localhost/x"}, "private network"),
        ({"endpoint_url": "https://[::1]/x"}, "private network"),
        ({"endpoint_url": "https://me:pw@hooks.example.com/"}, "begin with https:// only"),
        ({"secret": "short"}, "at least 16 characters"),
        ({"topics": []}, "This field is required"),
        ({"topics": ["campaign:sent"]}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_right_is_said_before_klaviyo_is_asked(
    world: World, account: Any, admin: Any, change: dict[str, Any], words: str
) -> None:
    answer = admin("webhooks/new/", {**FORM, **change})
    assert answer.status_code == 422
    assert words in answer.content.decode().replace("&#x27;", "'")
    assert world.count("create_webhook") == 0


@pytest.mark.parametrize(
    ("host", "inside"),
    [
        ("hooks.example.com", False),
        ("93.184.216.34", False),
        ("127.0.0.1", True),
        ("169.254.169.254", True),
        ("192.168.0.1", True),
        ("100.64.0.1", True),
        ("::1", True),
        ("fd00::1", True),
        ("intranet", True),
        ("db.internal", True),
    ],
)
def test_private_addresses_are_known(host: str, inside: bool) -> None:
    assert is_inside(host) is inside


def test_an_editor_makes_changes_and_deletes_none(hook: str, browse: Any) -> None:
    for path in ("webhooks/new/", f"{hook}edit/", f"{hook}delete/", f"{hook}switch/"):
        assert browse(path).status_code == 403


def test_an_edit_keeps_address_and_secret_that_were_left_empty(world: World, hook: str, admin: Any) -> None:
    page = admin(f"{hook}edit/").content.decode()
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    typed = {"name": "Shed", "description": "", "enabled": "on", "topics": FORM["topics"][:1], "seen": seen[1]}
    assert admin(f"{hook}edit/", typed).status_code == 303
    (kept,) = at_klaviyo(world)
    assert (kept["attributes"]["name"], len(kept["relationships"]["webhook-topics"]["data"])) == ("Shed", 1)
    sent = world.requests("update_webhook")[-1]["body"]
    assert "secret_key" not in sent
    assert "endpoint_url" not in sent


def test_it_is_disabled_and_enabled_after_a_question(world: World, hook: str, admin: Any) -> None:
    assert "is not told later" in admin(f"{hook}switch/").content.decode()
    assert admin(f"{hook}switch/", {}).status_code == 303
    assert at_klaviyo(world)[0]["attributes"]["enabled"] is False
    assert "sent to https://hooks.example.com" in admin(f"{hook}switch/").content.decode()
    assert admin(f"{hook}switch/", {}).status_code == 303
    assert at_klaviyo(world)[0]["attributes"]["enabled"] is True


def test_it_is_deleted_after_a_question(world: World, hook: str, admin: Any) -> None:
    assert admin(f"{hook}delete/", {}).status_code == 303
    assert at_klaviyo(world) == []
    assert Entry.objects.filter(action="webhook.deleted", target="Warehouse").exists()


def test_our_own_is_one_button_where_klaviyo_can_reach_us(
    world: World, account: Any, admin: Any, settings: Any
) -> None:
    settings.SITE_URL = "https://dashboard.example.com"
    assert "keeps this dashboard fresh" in admin("webhooks/").content.decode()
    answer = admin("webhooks/own/", {})
    assert answer.status_code == 303
    own = OwnWebhook.objects.get()
    assert answer["Location"].endswith(f"/webhooks/{own.klaviyo_id}/")
    page = admin(answer["Location"]).content.decode()
    assert "this dashboard" in page
    assert own.token not in page
    assert str(own.secret) not in page
    admin(f"{answer['Location']}delete/", {})
    assert not OwnWebhook.objects.exists()


@pytest.mark.parametrize("site", ["http://dashboard.example.com", "https://dashboard.internal"])
def test_why_there_is_no_button_is_said(account: Any, admin: Any, settings: Any, site: str) -> None:
    settings.SITE_URL, settings.MATON_GATEWAY_URL = site, "https://gateway.maton.ai"
    page = admin("webhooks/").content.decode()
    assert "cannot reach it" in page or "https addresses only" in page
    assert "webhooks/own/" not in page


def test_nothing_is_kept_where_klaviyo_refuses_our_own(world: World, account: Any, admin: Any, settings: Any) -> None:
    settings.SITE_URL = "https://dashboard.example.com"
    world.fault("create_webhook", "403")
    assert admin("webhooks/own/", {}).status_code == 303
    assert not OwnWebhook.objects.exists()
