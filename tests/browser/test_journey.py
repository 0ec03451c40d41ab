"""The main job from the log-in to the sent campaign, by clicking."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.browser import steps
from tests.browser.stack import Stack

pytestmark = pytest.mark.browser
Enter = Callable[..., Page]


def test_the_five_kinds_fill_by_themselves_after_connecting(person: Enter, account: str) -> None:
    page = person("alice")
    page.goto(account)
    navigation = page.get_by_role("navigation", name="Account")
    for kind in ("Lists", "Segments", "Campaigns", "Templates", "Coupons"):
        if kind == "Coupons":
            navigation.get_by_text("More", exact=True).click()
        navigation.get_by_role("link", name=kind, exact=True).click()
        expect(page.locator(".table-count")).to_have_text(re.compile(rf"^\s*\d+ {kind.lower()}"), timeout=30_000)


def test_the_whole_job_ends_with_a_campaign_that_klaviyo_has_sent(person: Enter, account: str, stack: Stack) -> None:
    page = person("alice")
    audience, template = steps.own("Spring friends"), steps.own("Spring letter")
    steps.make_list(page, account, audience)
    steps.add_people(page, ["ada@example.com", "ben@example.com", "cleo@example.com"])
    expect(page.locator("#job")).to_contain_text("Done")
    steps.make_template(page, account, template)
    campaign = steps.compose(page, account, name="Spring opening", audience=audience, template=template)
    page.get_by_role("button", name="Count now").click()
    expect(page.locator("#estimate")).to_contain_text("about 3 people", timeout=steps.SLOW_MS)
    steps.ask_to_send(page, campaign)
    expect(page.locator("#send-status .pill").first).to_have_text("sent", timeout=90_000)
    identity = campaign.rstrip("/").rsplit("/", 1)[1]
    assert stack.order("GET", f"campaigns/{identity}/sends", key="sandbox") == {"accepted": 1}
