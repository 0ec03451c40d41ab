"""Campaigns over HTTP against the sandbox: compose, edit, clone, delete, the estimate, at both shapes of Klaviyo's."""

from __future__ import annotations

import time
from typing import Any

import pytest
from django.utils import timezone

from dashboard.audit.models import Entry
from klaviyo_app.mirror.absorb import absorb_many
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.resources.lists.models import KlaviyoList
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
OLD, NEW = "2024-10-15", "2026-07-15"
EMAIL = "campaigns?filter=equals(messages.channel,%22email%22)"


@pytest.fixture
def readers(world: World, account: Any, read: Any) -> str:
    """A list with two people who may get mail."""
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Readers"}}})["data"]["id"]
    read("list")
    return str(made)


@pytest.fixture
def letter(world: World, account: Any, read: Any) -> str:
    """A template of the library."""
    html = "<p>Hello {{ first_name }}</p>{% unsubscribe %}"
    own = {"name": "Letter", "editor_type": "CODE", "html": html}
    made = world.call("POST", "templates", {"data": {"type": "template", "attributes": own}})["data"]["id"]
    read("template")
    return str(made)


def typed(readers: str, **changed: Any) -> dict[str, Any]:
    """A filled form."""
    plain = {
        "name": "Spring",
        "included": [readers],
        "subject": "It is spring",
        "preview_text": "At last",
        "from_label": "Shop",
        "from_email": "shop@example.com",
        "template": "",
        "smart_sending": "on",
        "is_tracking_opens": "on",
        "method": "immediate",
    }
    return {**plain, **changed}


@pytest.fixture
def spring(readers: str, letter: str, browse: Any) -> Campaign:
    """A draft that was composed by the form, with its template."""
    assert browse("campaigns/new/", typed(readers, template=letter)).status_code == 303
    return Campaign.objects.get()


def at_klaviyo(world: World, campaign: Campaign) -> dict[str, Any]:
    return dict(world.call("GET", f"campaigns/{campaign.klaviyo_id}")["data"]["attributes"])


def content_at_klaviyo(world: World, campaign: Campaign) -> dict[str, Any]:
    message = world.call("GET", f"campaign-messages/{campaign.message_id}")["data"]["attributes"]
    return dict(message["definition"]["content"])


def template_at_klaviyo(world: World, campaign: Campaign) -> Any:
    return world.call("GET", f"campaign-messages/{campaign.message_id}/template")["data"]


def rename(world: World, campaign: Campaign, name: str) -> None:
    """Somebody else does it meanwhile."""
    body = {"type": "campaign", "id": campaign.klaviyo_id, "attributes": {"name": name}}
    world.call("PATCH", f"campaigns/{campaign.klaviyo_id}", {"data": body})


def seen_by(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"', maxsplit=1)[0]


@pytest.mark.parametrize("revision", [OLD, NEW])
def test_a_campaign_is_composed_with_its_template_at_either_shape(
    world: World, settings: Any, readers: str, letter: str, browse: Any, revision: str
) -> None:
    settings.KLAVIYO_REVISION = revision
    answer = browse("campaigns/new/", typed(readers, template=letter))
    row = Campaign.objects.get()
    content = content_at_klaviyo(world, row)
    assert answer["Location"].endswith(f"/campaigns/{row.klaviyo_id}/")
    assert (at_klaviyo(world, row)["name"], row.status) == ("Spring", "Draft")
    assert (content["subject"], content["from_email"]) == ("It is spring", "shop@example.com")
    assert "Hello {{ first_name }}" in template_at_klaviyo(world, row)["attributes"]["html"]


@pytest.mark.parametrize("revision", [OLD, NEW])
@pytest.mark.parametrize(
    "schedule",
    [
        {"method": "static", "at": "2031-07-01T09:00"},
        {"method": "static", "at": "2031-07-01T09:00", "is_local": "on", "past_immediately": "on"},
        {"method": "throttled", "at": "2031-07-01T09:00", "percent": "20"},
        {"method": "smart_send_time", "day": "2031-07-01"},
    ],
)
def test_a_schedule_reaches_klaviyo_and_comes_back_into_the_form(
    world: World, settings: Any, readers: str, browse: Any, revision: str, schedule: dict[str, str]
) -> None:
    settings.KLAVIYO_REVISION = revision
    assert browse("campaigns/new/", typed(readers, **schedule)).status_code == 303
    row = Campaign.objects.get()
    page = browse(f"campaigns/{row.klaviyo_id}/edit/").content.decode()
    assert at_klaviyo(world, row)["send_strategy"]["method"] == schedule["method"]
    assert schedule.get("at", schedule.get("day", "")) in page


@pytest.mark.parametrize("revision", [OLD, NEW])
def test_an_edit_changes_campaign_message_and_audit_trail(
    world: World, settings: Any, spring: Campaign, readers: str, browse: Any, revision: str
) -> None:
    settings.KLAVIYO_REVISION = revision
    path = f"campaigns/{spring.klaviyo_id}/edit/"
    seen = seen_by(browse(path).content.decode())
    changed = typed(readers, name="Summer", subject="It is summer", preview_text="", seen=seen)
    assert browse(path, changed).status_code == 303
    content = content_at_klaviyo(world, spring)
    assert at_klaviyo(world, spring)["name"] == "Summer"
    assert (content["subject"], content.get("preview_text")) == ("It is summer", None)
    assert Entry.objects.get(action="campaign.changed").after["name"] == "Summer"


def test_an_edit_without_a_template_keeps_the_copy(world: World, spring: Campaign, readers: str, browse: Any) -> None:
    before = template_at_klaviyo(world, spring)["id"]
    path = f"campaigns/{spring.klaviyo_id}/edit/"
    browse(path, typed(readers, subject="New", seen=seen_by(browse(path).content.decode())))
    assert template_at_klaviyo(world, spring)["id"] == before


def test_a_change_made_elsewhere_meanwhile_is_shown_and_not_overwritten(
    world: World, spring: Campaign, readers: str, browse: Any
) -> None:
    path = f"campaigns/{spring.klaviyo_id}/edit/"
    seen = seen_by(browse(path).content.decode())
    rename(world, spring, "Theirs")
    answer = browse(path, typed(readers, name="Mine", seen=seen))
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Theirs" in page
    assert "Mine" in page
    assert at_klaviyo(world, spring)["name"] == "Theirs"
    assert browse(path, typed(readers, name="Mine", seen=seen_by(page))).status_code == 303
    assert at_klaviyo(world, spring)["name"] == "Mine"


def test_what_klaviyo_refuses_stands_beside_its_field_with_what_was_typed(
    world: World, readers: str, browse: Any
) -> None:
    """The list is still in the mirror, but gone at Klaviyo."""
    world.call("DELETE", f"lists/{readers}")
    answer = browse("campaigns/new/", typed(readers, subject="Typed with care"))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="id_included_error"' in page
    assert "Typed with care" in page


def test_a_template_that_is_gone_leaves_a_draft_and_says_so(
    world: World, account: Any, readers: str, letter: str, client_of: Any, bob: Any
) -> None:
    world.call("DELETE", f"templates/{letter}")
    page = client_of(bob).post(f"/a/{account.pk}/campaigns/new/", typed(readers, template=letter), follow=True)
    assert "its template could not be assigned" in page.content.decode()
    assert Campaign.objects.get().draft


def test_a_lost_answer_is_told_and_nothing_is_made_twice(world: World, readers: str, browse: Any) -> None:
    world.fault("create_campaign", "reset-after")
    answer = browse("campaigns/new/", typed(readers, subject="Typed with care"))
    assert answer.status_code == 502
    assert "Typed with care" in answer.content.decode()
    assert world.count("create_campaign") == 1


def test_a_clone_is_a_draft_of_the_same_message(world: World, spring: Campaign, browse: Any) -> None:
    answer = browse(f"campaigns/{spring.klaviyo_id}/clone/", {"name": "Spring again"})
    copy = Campaign.objects.get(name="Spring again")
    assert answer["Location"].endswith(f"/campaigns/{copy.klaviyo_id}/")
    assert (copy.draft, copy.subject) == (True, spring.subject)
    assert content_at_klaviyo(world, copy)["subject"] == "It is spring"
    assert copy.message_id != spring.message_id


def test_the_estimate_is_asked_for_waited_for_and_read(world: World, spring: Campaign, browse: Any) -> None:
    world.settings(job_seconds=0.5)
    estimate = f"campaigns/{spring.klaviyo_id}/estimate/"
    assert "not known" in browse(estimate, htmx=True).content.decode()
    asked = browse(f"campaigns/{spring.klaviyo_id}/count/", {}, htmx=True).content.decode()
    waiting = browse(estimate, htmx=True).content.decode()
    assert "Klaviyo is counting" in asked
    assert "Klaviyo is counting" in waiting
    assert "hx-trigger" in waiting
    time.sleep(0.6)
    result = browse(estimate, htmx=True).content.decode()
    assert "about 0 people" in result
    assert "hx-trigger" not in result


def test_the_page_stops_asking_for_an_estimate_that_never_comes(world: World, spring: Campaign, browse: Any) -> None:
    world.settings(job_seconds=600)
    browse(f"campaigns/{spring.klaviyo_id}/count/", {}, htmx=True)
    assert browse(f"campaigns/{spring.klaviyo_id}/estimate/?look=²", htmx=True).status_code == 200
    part = browse(f"campaigns/{spring.klaviyo_id}/estimate/?look=60", htmx=True).content.decode()
    assert "hx-trigger" not in part
    assert "not known" in part


def test_the_preview_is_the_campaigns_own_copy_and_can_do_nothing(spring: Campaign, browse: Any) -> None:
    answer = browse(f"campaigns/{spring.klaviyo_id}/preview/")
    assert "Hello" in answer.content.decode()
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert "script-src" not in answer["Content-Security-Policy"]


def test_the_page_shows_klaviyos_state_and_our_copy_where_klaviyo_is_away(
    world: World, spring: Campaign, browse: Any
) -> None:
    rename(world, spring, "Renamed at Klaviyo")
    assert "Renamed at Klaviyo" in browse(f"campaigns/{spring.klaviyo_id}/").content.decode()
    world.fault("get_campaign", "500", times=20)
    answer = browse(f"campaigns/{spring.klaviyo_id}/")
    assert answer.status_code == 200
    assert "Renamed at Klaviyo" in answer.content.decode()
    assert "trouble answering" in answer.content.decode()


def test_what_is_no_draft_any_more_is_not_edited(world: World, spring: Campaign, readers: str, browse: Any) -> None:
    Campaign.objects.filter(pk=spring.pk).update(status="Sent")
    before = world.count("update_campaign")
    assert browse(f"campaigns/{spring.klaviyo_id}/edit/", typed(readers)).status_code == 303
    assert world.count("update_campaign") == before


def test_deleting_takes_it_from_klaviyo_and_the_table(world: World, spring: Campaign, browse: Any) -> None:
    browse(f"campaigns/{spring.klaviyo_id}/delete/", {})
    assert world.call("GET", EMAIL)["data"] == []
    assert "Spring" not in browse("campaigns/").content.decode()


def test_a_list_says_which_campaign_names_it(spring: Campaign, readers: str, browse: Any) -> None:
    row = KlaviyoList.objects.get(klaviyo_id=readers)
    assert "1 campaign names it: Spring" in browse(f"lists/{row.klaviyo_id}/delete/").content.decode()


@pytest.mark.parametrize("page", ["edit/", "clone/", "delete/", "count/"])
def test_a_viewer_changes_nothing(
    world: World, spring: Campaign, readers: str, browse: Any, vera: Any, page: str
) -> None:
    before = len(world.requests())
    assert browse(f"campaigns/{spring.klaviyo_id}/{page}", typed(readers), user=vera).status_code == 403
    assert len(world.requests()) == before


def test_the_send_time_stands_in_the_persons_zone_with_the_accounts_beside_it(
    account: Any, world: World, browse: Any
) -> None:
    account.time_zone = "Asia/Tokyo"
    account.save()
    sent = {"name": "Sent", "status": "Sent", "send_time": "2026-06-01T12:00:00+00:00"}
    absorb_many(Campaign, account, [{"type": "campaign", "id": "C1", "attributes": sent}], now=timezone.now())
    page = browse("campaigns/", htmx=True).content.decode()
    assert "1\u00a0Jun\u00a02026, 21:00 Asia/Tokyo" in page
    account.time_zone = timezone.get_default_timezone_name()
    account.save()
    assert "Asia/Tokyo" not in browse("campaigns/", htmx=True).content.decode()


def test_a_new_campaign_has_a_channel_at_once_and_so_has_its_clone(spring: Campaign, browse: Any) -> None:
    assert browse(f"campaigns/{spring.klaviyo_id}/clone/", {"name": "Again"}).status_code == 303
    assert list(Campaign.objects.values_list("channel", flat=True)) == ["email", "email"]


def test_where_nobody_can_be_chosen_the_form_of_a_campaign_leads_to_a_list_and_a_segment(browse: Any) -> None:
    page = browse("campaigns/new/").content.decode().partition("<main")[2]
    assert "/lists/new/" in page
    assert "/segments/new/" in page


def test_a_new_campaign_offers_no_template_that_it_has(readers: str, spring: Campaign, browse: Any) -> None:
    assert "Keep the one it has" not in browse("campaigns/new/").content.decode()
    assert "Keep the one it has" in browse(f"campaigns/{spring.klaviyo_id}/edit/").content.decode()
