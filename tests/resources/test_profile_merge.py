"""Merging and deleting people over HTTP against the sandbox: only admins, only after typing, nothing lost unseen."""

from __future__ import annotations

import re
from typing import Any

import pytest

from dashboard.audit.models import Entry
from tests.resources.test_events import record
from tests.sandbox_server import World

pytestmark = pytest.mark.django_db


def person(world: World, email: str, **more: Any) -> str:
    body = {"data": {"type": "profile", "attributes": {"email": email, **more}}}
    return str(world.call("POST", "profiles", body)["data"]["id"])


@pytest.fixture
def admin(browse: Any, alice: Any) -> Any:
    return lambda path, data=None, **more: browse(path, data, user=alice, **more)


@pytest.fixture
def both(world: World, account: Any) -> tuple[str, str]:
    kept = person(world, "ada@example.com", first_name="Ada", properties={"colour": "green"})
    other = person(world, "lovelace@example.com", first_name="Augusta", last_name="Lovelace", properties={"pet": "cat"})
    record(world, "Visited Store", "ada@example.com")
    record(world, "Visited Store", "lovelace@example.com", "2026-08-02T12:00:00Z")
    return kept, other


def at_klaviyo(world: World, profile: str) -> dict[str, Any]:
    return dict(world.call("GET", f"profiles/{profile}")["data"]["attributes"])


def test_both_are_shown_with_what_stays_what_is_taken_over_and_what_is_lost(both: tuple[str, str], admin: Any) -> None:
    page = admin(f"profiles/{both[0]}/merge/?other=Lovelace@example.com").content.decode()
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>.*?<td>([^<]*)</td></tr>', page.replace("\n", "")))
    assert rows["First name"] == "the other's is lost".replace("'", "&#x27;") or "lost" in rows["First name"]
    assert rows["Last name"] == "is taken over"
    assert rows["colour"] == "stays"
    assert rows["pet"] == "is taken over"
    assert "cannot be undone" in page
    assert re.search(r"Lost of the other profile:.*First name <b>Augusta</b>", page)


def test_two_addresses_are_not_promised_as_one(world: World, account: Any, admin: Any) -> None:
    kept = person(world, "ada@example.com", location={"city": "Bergen"})
    person(world, "lovelace@example.com", location={"city": "Oslo", "zip": "0150"})
    page = admin(f"profiles/{kept}/merge/?other=lovelace@example.com").content.decode()
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th>.*?<td>([^<]*)</td></tr>', page.replace("\n", "")))
    assert "lost" in rows["City"]
    assert "Klaviyo decides" in rows["Postal code"]


def test_they_are_merged_with_events_after_the_address_was_typed(
    world: World, both: tuple[str, str], admin: Any
) -> None:
    kept, other = both
    answer = admin(f"profiles/{kept}/merge/", {"other": "lovelace@example.com", "typed": "ADA@example.com"})
    assert answer.status_code == 303
    merged = at_klaviyo(world, kept)
    assert (merged["first_name"], merged["last_name"]) == ("Ada", "Lovelace")
    assert merged["properties"] == {"colour": "green", "pet": "cat"}
    assert world.ask("GET", f"profiles/{other}").status_code == 404
    events = world.call("GET", f'events?filter=equals(profile_id,"{kept}")')["data"]
    assert len(events) == 2
    entry = Entry.objects.get(action="profile.merged")
    assert (entry.target, entry.after) == (kept, {"from": other})


def test_without_the_right_word_nothing_is_merged_and_nothing_typed_is_lost(
    world: World, both: tuple[str, str], admin: Any
) -> None:
    answer = admin(f"profiles/{both[0]}/merge/", {"other": "lovelace@example.com", "typed": "somebody"})
    assert answer.status_code == 422
    assert 'value="somebody"' in answer.content.decode()
    assert world.count("merge_profiles") == 0


@pytest.mark.parametrize(("other", "words"), [("nobody@example.com", "knows nobody"), ("ada@example.com", "the same")])
def test_a_wrong_other_one_is_said_at_its_field(both: tuple[str, str], admin: Any, other: str, words: str) -> None:
    answer = admin(f"profiles/{both[0]}/merge/?other={other}")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert f'value="{other}"' in answer.content.decode()


def test_a_person_is_deleted_after_the_address_was_typed_and_the_log_keeps_the_id_alone(
    world: World, both: tuple[str, str], admin: Any
) -> None:
    kept = both[0]
    assert "somebody who had said no may be asked again" in admin(f"profiles/{kept}/delete/").content.decode()
    assert admin(f"profiles/{kept}/delete/", {"typed": "wrong"}).status_code == 422
    assert world.ask("GET", f"profiles/{kept}").status_code == 200
    assert admin(f"profiles/{kept}/delete/", {"typed": "ada@example.com"}).status_code == 303
    assert world.ask("GET", f"profiles/{kept}").status_code == 404
    entry = Entry.objects.get(action="profile.deletion_requested")
    assert entry.target == kept
    assert "ada@example.com" not in str(list(Entry.objects.values()))


def test_a_person_without_address_is_deleted_by_number_or_id(world: World, account: Any, admin: Any) -> None:
    body = {"data": {"type": "profile", "attributes": {"external_id": "shop-7"}}}
    key = str(world.call("POST", "profiles", body)["data"]["id"])
    assert admin(f"profiles/{key}/delete/", {"typed": "shop-7"}).status_code == 303
    assert world.ask("GET", f"profiles/{key}").status_code == 404


def test_a_deletion_by_address_needs_the_address_twice(world: World, both: tuple[str, str], admin: Any) -> None:
    answer = admin("profiles/forget/", {"email": "ada@example.com", "again": "eda@example.com"})
    assert answer.status_code == 422
    assert "The two addresses differ" in answer.content.decode()
    assert admin("profiles/forget/", {"email": "ADA@example.com", "again": "ada@example.com"}).status_code == 303
    assert world.ask("GET", f"profiles/{both[0]}").status_code == 404
    assert "ada@example.com" not in str(list(Entry.objects.values()))


def test_the_button_that_deletes_a_person_looks_dangerous_and_no_other_does(admin: Any) -> None:
    assert re.search(r'btn-danger"[^>]*>Delete the person', admin("profiles/forget/").content.decode())
    assert "btn-danger" not in admin("profiles/new/").content.decode()


def test_an_editor_merges_and_deletes_nobody(both: tuple[str, str], browse: Any) -> None:
    for path in (f"profiles/{both[0]}/merge/", f"profiles/{both[0]}/delete/", "profiles/forget/"):
        assert browse(path).status_code == 403
    page = browse(f"profiles/{both[0]}/").content.decode()
    assert "/merge/" not in page
    assert "/delete/" not in page


@pytest.mark.parametrize(("act", "said"), [("subscribe-sms", "SUBSCRIBED"), ("unsubscribe-sms", "UNSUBSCRIBED")])
def test_consent_to_text_messages_is_changed_after_a_question(
    world: World, account: Any, browse: Any, act: str, said: str
) -> None:
    key = person(world, "ada@example.com", phone_number="+4915112345678")
    assert "text message" in browse(f"profiles/{key}/consent/{act}/").content.decode()
    assert browse(f"profiles/{key}/consent/{act}/", {}).status_code == 303
    path = f"profiles/{key}?additional-fields[profile]=subscriptions"
    subscriptions = world.call("GET", path)["data"]["attributes"]["subscriptions"]
    assert subscriptions["sms"]["marketing"]["consent"] == said
    assert subscriptions["email"]["marketing"]["consent"] != said


def test_without_a_number_there_is_no_consent_to_text_messages(world: World, account: Any, browse: Any) -> None:
    key = person(world, "ada@example.com")
    assert browse(f"profiles/{key}/consent/subscribe-sms/").status_code == 404
    assert "subscribe-sms" not in browse(f"profiles/{key}/").content.decode()
