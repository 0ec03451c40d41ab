"""Profiles over HTTP against the sandbox: find by exact values, look, make, change without overwriting unseen."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as some

from dashboard.audit.models import Entry
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.resources.profiles.consent import OFFERED, acts, consents
from klaviyo_app.resources.profiles.finding import wanted
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db
ADA = {"email": "ada@example.com", "first_name": "Ada", "phone_number": "+4915112345678", "external_id": "shop-1"}


@pytest.fixture
def ada(world: World, account: Any) -> str:
    attributes = {**ADA, "location": {"city": "Bergen"}, "properties": {"colour": "green", "size": 3}}
    made = world.call("POST", "profiles", {"data": {"type": "profile", "attributes": attributes}})
    return str(made["data"]["id"])


def at_klaviyo(world: World, profile: str) -> dict[str, Any]:
    return dict(world.call("GET", f"profiles/{profile}")["data"]["attributes"])


def form_of(page: Any) -> dict[str, str]:
    """The fields of the form as the page shows them."""
    text = page.content.decode()
    found = dict(re.findall(r'<input type="(?:text|email|hidden)" name="(\w+)"(?: value="([^"]*)")?', text))
    found.pop("csrfmiddlewaretoken", None)
    area = re.search(r'<textarea name="properties"[^>]*>\s*(.*?)</textarea>', text, re.DOTALL)
    return {**found, "properties": area[1].replace("&quot;", '"') if area else ""}


@pytest.mark.parametrize("typed", ["ADA@example.com", "+49 151 12345678", "shop-1"])
def test_a_person_is_found_by_a_whole_value(world: World, ada: str, browse: Any, typed: str) -> None:
    world.call("POST", "profiles", {"data": {"type": "profile", "attributes": {"email": "ben@example.com"}}})
    page = browse(f"profiles/?q={typed.replace('+', '%2B')}", htmx=True).content.decode()
    assert f"/profiles/{ada}/" in page
    assert "ben@example.com" not in page


def test_klaviyos_own_id_finds_too(ada: str, browse: Any) -> None:
    assert "ada@example.com" in browse(f"profiles/?q={ada}", htmx=True).content.decode()


@given(some.text(max_size=60))
def test_whatever_is_typed_is_a_filter_or_none(typed: str) -> None:
    found = wanted(typed)
    assert found is None or found.text().startswith("equals(")


def test_a_profile_shows_person_place_properties_and_consent(ada: str, browse: Any) -> None:
    page = browse(f"profiles/{ada}/").content.decode()
    for word in ("ada@example.com", "Bergen", "colour", "green", "never asked"):
        assert word in page


def test_consent_is_said_in_words_with_what_keeps_mails_away() -> None:
    marketing = {
        "consent": "UNSUBSCRIBED",
        "can_receive_email_marketing": False,
        "consent_timestamp": "2026-01-02T03:04:05+00:00",
        "suppression": [{"reason": "HARD_BOUNCE"}],
    }
    (mail,) = consents({"email": {"marketing": marketing}})
    assert (str(mail.said.label), mail.may_receive, mail.since is not None) == ("said no", False, True)
    assert [str(one) for one in mail.suppressed] == ["the address does not exist"]


def test_its_lists_and_segments_are_named(world: World, ada: str, browse: Any) -> None:
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Readers"}}})["data"]["id"]
    world.call("POST", f"lists/{made}/relationships/profiles", {"data": [{"type": "profile", "id": ada}]})
    assert "Readers" in browse(f"profiles/{ada}/groups/", htmx=True).content.decode()


def test_a_profile_is_made(world: World, account: Any, browse: Any) -> None:
    typed = {"email": "cleo@example.com", "city": "Oslo", "properties": '{"vip": true}'}
    answer = browse("profiles/new/", typed)
    assert answer.status_code == 303
    made = at_klaviyo(world, answer["Location"].rstrip("/").rsplit("/", 1)[1])
    assert (made["email"], made["location"]["city"], made["properties"]) == ("cleo@example.com", "Oslo", {"vip": True})


def test_an_address_that_somebody_has_is_refused_beside_what_was_typed(ada: str, browse: Any) -> None:
    answer = browse("profiles/new/", {"email": "ada@example.com", "first_name": "Another"})
    assert answer.status_code == 409
    assert 'value="Another"' in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"first_name": "Nobody"}, "Give an e-mail address"),
        ({"email": "x@example.com", "properties": "{nothing"}, "This is not JSON"),
        ({"email": "x@example.com", "properties": "[1]"}, "Write a JSON object"),
        ({"email": "x@example.com", "phone_number": "0151 123"}, "Write the country code first"),
    ],
)
def test_what_cannot_be_right_is_said_before_klaviyo_is_asked(
    world: World, account: Any, browse: Any, typed: dict[str, str], field: str
) -> None:
    answer = browse("profiles/new/", typed)
    assert answer.status_code == 422
    assert field in answer.content.decode()
    assert world.count("create_profile") == 0


def test_an_edit_changes_sets_and_unsets_and_the_log_names_fields_only(world: World, ada: str, browse: Any) -> None:
    path = f"profiles/{ada}/edit/"
    typed = form_of(browse(path))
    assert typed["city"] == "Bergen"
    changed = {**typed, "city": "", "last_name": "Lovelace", "properties": '{"colour": "blue", "pet": "cat"}'}
    assert browse(path, changed).status_code == 303
    now = at_klaviyo(world, ada)
    assert (now["last_name"], now["location"]["city"]) == ("Lovelace", None)
    assert now["properties"] == {"colour": "blue", "pet": "cat"}
    logged = Entry.objects.get(action="profile.changed")
    assert logged.after == {"fields": ["city", "last_name", "colour", "pet", "size"]}


def test_a_property_may_change_from_a_number_to_a_truth(world: World, account: Any, browse: Any) -> None:
    attributes = {"email": "ben@example.com", "properties": {"member": 1}}
    ben = world.call("POST", "profiles", {"data": {"type": "profile", "attributes": attributes}})["data"]["id"]
    path = f"profiles/{ben}/edit/"
    assert browse(path, {**form_of(browse(path)), "properties": '{"member": true}'}).status_code == 303
    assert at_klaviyo(world, ben)["properties"]["member"] is True


def test_a_change_made_meanwhile_is_shown_before_it_is_overwritten(world: World, ada: str, browse: Any) -> None:
    path = f"profiles/{ada}/edit/"
    typed = form_of(browse(path))
    body = {"type": "profile", "id": ada, "attributes": {"first_name": "Augusta"}}
    world.call("PATCH", f"profiles/{ada}", {"data": body})
    answer = browse(path, {**typed, "first_name": "Adele"})
    assert answer.status_code == 409
    assert "Augusta" in answer.content.decode()
    assert at_klaviyo(world, ada)["first_name"] == "Augusta"


def mail_of(world: World, profile: str) -> dict[str, Any]:
    asked = f"profiles/{profile}?additional-fields[profile]=subscriptions"
    return dict(world.call("GET", asked)["data"]["attributes"]["subscriptions"]["email"]["marketing"])


def test_consent_is_changed_after_a_question(world: World, ada: str, browse: Any) -> None:
    path = f"profiles/{ada}/consent/"
    assert "Has this person said yes" in browse(f"{path}subscribe/").content.decode()
    assert mail_of(world, ada)["consent"] == "NEVER_SUBSCRIBED"
    seen = []
    for act in ("subscribe", "suppress", "unsuppress", "unsubscribe"):
        assert browse(f"{path}{act}/", {}).status_code == 303
        now = mail_of(world, ada)
        seen.append((now["consent"], now["can_receive_email_marketing"]))
    assert seen == [("SUBSCRIBED", True), ("SUBSCRIBED", False), ("SUBSCRIBED", True), ("UNSUBSCRIBED", False)]
    assert Entry.objects.filter(target=ada).count() == 4


def test_only_what_would_change_something_is_offered(world: World, ada: str, browse: Any) -> None:
    def offered() -> set[str]:
        page = browse(f"profiles/{ada}/").content.decode()
        return {one for one in re.findall(rf"/profiles/{ada}/consent/([\w-]+)/", page) if "sms" not in one}

    assert offered() == {"subscribe", "unsubscribe", "suppress"}
    browse(f"profiles/{ada}/consent/subscribe/", {})
    assert offered() == {"unsubscribe", "suppress"}
    browse(f"profiles/{ada}/consent/suppress/", {})
    assert offered() == {"subscribe", "unsubscribe", "unsuppress"}
    browse(f"profiles/{ada}/consent/unsubscribe/", {})
    assert "unsubscribe" not in offered()


def test_where_consent_is_not_told_every_act_is_offered() -> None:
    known = {"email": "ada@example.com", "phone_number": "+4915112345678", "subscriptions": None}
    assert {one for one, _label in acts(known)} == set(OFFERED)
    assert acts({"external_id": "C-1"}) == []


def test_what_klaviyo_carries_out_later_is_said_to_be_asked_for(
    account: Account, ada: str, bob: User, client_of: Callable[..., Client]
) -> None:
    path = f"/a/{account.pk}/profiles/{ada}/consent/subscribe/"
    assert "Klaviyo was asked." in client_of(bob).post(path, {}, follow=True).content.decode()


def test_push_and_whatsapp_are_told_with_whether_messages_may_go_there() -> None:
    push = {"consent": "SUBSCRIBED", "can_receive_push_marketing": True}
    chat = {"consent": "UNSUBSCRIBED", "can_receive": False}
    found = consents({"mobile_push": {"marketing": push}, "whatsapp": {"transactional": chat}})
    assert [(str(one.channel), one.may_receive) for one in found] == [
        ("Push messages", True),
        ("WhatsApp about orders", False),
    ]


def test_a_search_that_finds_nobody_says_how_klaviyo_searches(ada: str, browse: Any) -> None:
    assert "it cannot be asked for names" in browse("profiles/?q=Ada+Lovelace", htmx=True).content.decode()


def test_a_profile_that_is_gone_offers_the_way_back_and_no_second_try(account: Any, browse: Any) -> None:
    answer = browse("profiles/01GONE00000000000000000000/")
    assert answer.status_code == 404
    page = answer.content.decode()
    assert "It is not there any more" in page
    assert "Try again" not in page


def test_what_is_no_act_is_not_there(ada: str, browse: Any) -> None:
    assert browse(f"profiles/{ada}/consent/forget/").status_code == 404


def test_who_only_looks_sees_no_button(ada: str, browse: Any, vera: User) -> None:
    for path in ("profiles/", f"profiles/{ada}/"):
        assert "/edit/" not in (page := browse(path, user=vera).content.decode())
        assert "/consent/" not in page
        assert "/new/" not in page


def test_a_profile_that_is_not_there_is_said(account: Any, browse: Any) -> None:
    assert browse("profiles/01HZZZZZZZZZZZZZZZZZZZZZZZ/").status_code == 404
