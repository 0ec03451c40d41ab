"""The ways the job fails, and what people do twice, as they see it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


@pytest.fixture
def fault(stack: Stack) -> Iterator[Callable[..., None]]:
    """fault("429", "get_list", times=9) -> that many calls fail; whatever is left is taken away at the end."""

    def place(kind: str, operation: str, times: int = 99) -> None:
        stack.order("POST", "faults", key="sandbox", fault=kind, operation=operation, times=times)

    yield place
    stack.order("DELETE", "faults", key="sandbox")


def test_a_refused_consent_says_so_and_offers_to_begin_again(person: Enter) -> None:
    page = person("alice")
    tab = steps.open_consent(page)
    tab.get_by_role("button", name="Refuse").click()
    expect(page.locator("#attempt")).to_contain_text("The connection was not made.", timeout=steps.SLOW_MS)
    page.get_by_role("link", name="Begin again").click()
    expect(page.get_by_role("button", name="Connect")).to_be_visible()


def test_a_gateway_that_is_down_is_named_and_trying_again_goes_on(
    person: Enter, fault: Callable[..., None], stack: Stack
) -> None:
    fault("503", "create_connection")
    page = person("alice")
    page.goto("/t/northlight/connect/")
    with page.context.expect_page():
        page.get_by_role("button", name="Connect").click()
    expect(page.locator("#attempt")).to_contain_text("Maton does not answer.", timeout=60_000)
    stack.order("DELETE", "faults", key="sandbox")
    page.get_by_role("button", name="Try again").click()
    expect(page.locator("#attempt")).to_contain_text("Waiting for you at Klaviyo.", timeout=steps.SLOW_MS)
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#attempt")).to_contain_text("Cancelled.")


def test_too_many_requests_are_told_with_what_to_do(person: Enter, account: str, fault: Callable[..., None]) -> None:
    page = person("alice")
    page.goto(f"{account}lists/")
    page.locator("#rows tbody a").first.click()
    page.get_by_role("heading", level=1).wait_for()
    fault("429", "get_profiles_for_list")
    page.goto(f"{page.url}people/")
    expect(page.get_by_role("alert").first).to_contain_text("Too many requests at the moment.")


def test_a_bad_form_keeps_what_was_typed_and_names_the_fields(person: Enter, account: str) -> None:
    page = person("bob")
    page.goto(f"{account}campaigns/new/")
    page.get_by_label("Name", exact=True).fill("Half a thought")
    page.get_by_label("Sender address").fill("nobody")
    page.locator("#edit button.btn-primary").click()
    expect(page.get_by_role("alert").first).to_contain_text("Not saved yet.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Half a thought")
    expect(page.get_by_label("Sender address")).to_have_value("nobody")
    expect(page.get_by_label("Sender address")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_role("alert").first).to_be_focused()


@pytest.mark.parametrize("kind", steps.KINDS)
def test_a_viewer_sees_no_buttons_that_change_anything(person: Enter, account: str, kind: str) -> None:
    page = person("vera")
    page.goto(f"{account}{kind}/")
    expect(page.locator("#rows tbody tr").first).to_be_visible()
    expect(page.locator(".page-actions a")).to_have_count(0)
    page.locator("#rows tbody a").first.click()
    page.wait_for_url(re.compile(rf"/{kind}/[^/?]+/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_load_state("networkidle")
    expect(page.locator(".page-actions a")).to_have_count(0)
    expect(page.get_by_role("link", name="Send…")).to_have_count(0)


def test_an_editor_may_compose_but_not_send(person: Enter, account: str) -> None:
    page = person("bob")
    page.goto(f"{account}campaigns/")
    expect(page.get_by_role("link", name="New campaign").first).to_be_visible()
    page.get_by_role("link", name="Repair café, December").click()
    expect(page.locator("#send-panel")).to_contain_text("A publisher or an admin can send this campaign.")
    expect(page.get_by_role("link", name="Send…")).to_have_count(0)


def test_a_large_audience_needs_a_second_person(person: Enter, account: str) -> None:
    alice, paul = person("alice"), person("paul")
    steps.rule_second_person_above(alice, account, 0)
    audience = steps.own("Two pairs of eyes")
    steps.make_list(alice, account, audience)
    steps.add_people(alice, ["dora@example.com"])
    campaign = steps.compose(
        alice,
        account,
        name="Checked by two",
        audience=audience,
        template=steps.first_template(alice, account),
    )
    alice.get_by_role("button", name="Count now").click()
    expect(alice.locator("#estimate")).to_contain_text("about 1 person", timeout=steps.SLOW_MS)
    send = steps.ask_to_send(alice, campaign, "Ask for approval")
    expect(alice.locator("#send-status .pill").first).to_have_text("waiting for approval")
    expect(alice.get_by_role("link", name="Look at it and approve")).to_have_count(0)
    paul.goto(send)
    paul.get_by_role("link", name="Look at it and approve").click()
    paul.get_by_role("button", name="Approve and send").click()
    expect(alice.locator("#send-status .pill").first).to_have_text("sent", timeout=90_000)
    steps.rule_second_person_above(alice, account, 10_000)


def test_a_double_click_makes_one_list(person: Enter, account: str) -> None:
    page = person("bob")
    page.goto(f"{account}lists/new/")
    name = steps.own("Pressed twice")
    page.get_by_label("Name").fill(name)
    page.locator("#main form[method=post] button.btn-primary").dblclick()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.goto(f"{account}lists/?q={name.replace(' ', '+')}")
    expect(page.locator(".table-count")).to_have_text(re.compile(r"^\s*1 list\s*$"))


def test_a_double_click_on_send_sends_once(person: Enter, account: str, stack: Stack) -> None:
    page = person("paul")
    audience = steps.own("Impatient")
    steps.make_list(page, account, audience)
    steps.add_people(page, ["eve@example.com"])
    campaign = steps.compose(
        page, account, name="Pressed in a hurry", audience=audience, template=steps.first_template(page, account)
    )
    page.get_by_role("button", name="Count now").click()
    expect(page.locator("#estimate")).to_contain_text("about 1 person", timeout=steps.SLOW_MS)
    page.goto(campaign)
    page.get_by_role("link", name="Send…").click()
    page.locator("#send-ask").get_by_role("button", name="Send", exact=True).dblclick()
    expect(page.locator("#send-status .pill").first).to_have_text("sent", timeout=90_000)
    identity = campaign.rstrip("/").rsplit("/", 1)[1]
    assert stack.order("GET", f"campaigns/{identity}/sends", key="sandbox") == {"accepted": 1}


def test_back_returns_to_the_search_as_it_was(person: Enter, account: str) -> None:
    page = person("vera")
    page.goto(f"{account}campaigns/")
    page.get_by_role("searchbox").fill("thursday")
    page.wait_for_url(re.compile(r"q=thursday"))
    expect(page.locator("#rows tbody tr").first).to_contain_text("Thursday")
    found = page.locator(".table-count").inner_text()
    page.locator("#sort-name").click()
    page.wait_for_url(re.compile(r"sort=name"))
    page.locator("#rows tbody a").first.click()
    page.wait_for_url(re.compile(r"/campaigns/[^/?]+/$"))
    page.go_back()
    page.wait_for_url(re.compile(r"q=thursday.*sort=name|sort=name.*q=thursday"))
    expect(page.locator(".table-count")).to_have_text(found)
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("thursday")
    expect(page.locator("th[aria-sort] .sort")).not_to_have_id("sort-name")


def test_a_phone_sorts_by_a_column_that_it_has_no_room_for(person: Enter, account: str) -> None:
    page = person("vera")
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{account}campaigns/")
    expect(page.locator("#sort-subject")).to_be_hidden()
    page.get_by_role("button", name="Sort", exact=True).click()
    page.locator(".dropdown-menu a", has_text="Subject").click()
    page.wait_for_url(re.compile(r"sort=subject"))
    page.get_by_role("button", name="Sort", exact=True).click()
    chosen = page.locator(".dropdown-menu a[aria-current]", has_text="Subject")
    expect(chosen).to_be_in_viewport()
    chosen.click()
    page.wait_for_url(re.compile(r"sort=-subject"))


def test_lists_are_found_sorted_and_made_without_javascript(person: Enter, account: str) -> None:
    page = person("bob", java_script_enabled=False)
    page.goto(f"{account}lists/")
    page.locator("#sort-name").click()
    assert "sort=name" in page.url
    names = page.locator("#rows tbody td:first-child a, #rows tbody td:nth-child(2) > a").all_inner_texts()
    assert len(names) > 5
    page.goto(f"{account}lists/new/")
    name = steps.own("Made by hand")
    page.get_by_label("Name").fill(name)
    page.locator("#main form[method=post] button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    page.goto(f"{account}lists/")
    page.get_by_role("searchbox").fill(name.lower())
    page.get_by_role("button", name="Find").click()
    expect(page.locator("#rows tbody tr")).to_have_count(1)
    page.get_by_role("link", name=name).click()
    page.get_by_role("link", name="Show the people").click()
    expect(page.locator("#rows")).to_contain_text("Nobody is in here.")
