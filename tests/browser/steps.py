"""What people do, click by click; each step waits for what a person would wait for."""

from __future__ import annotations

import re
import secrets

from playwright.sync_api import Page, expect

from tests.cast import PASSWORD

SLOW_MS = 30_000
SENDING = re.compile("^(Send|Ask for approval)$")
KINDS = ("lists", "segments", "campaigns", "templates", "coupons")


def own(name: str) -> str:
    """A name that no earlier try of the same test has used."""
    return f"{name} {secrets.token_hex(3)}"


def log_in(page: Page, name: str) -> None:
    """Through the form."""
    page.goto("/login/")
    page.get_by_label("Email").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url(lambda address: "/login/" not in address)


def open_consent(page: Page) -> Page:
    """Press Connect; returns the new tab with the consent page. The first tab is on the attempt's page."""
    page.goto("/t/northlight/connect/")
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Connect").click()
    tab = opened.value
    tab.get_by_role("heading", name="Connect Klaviyo to Maton?").wait_for()
    page.wait_for_url(re.compile(r"/connect/\d+/"))
    return tab


def connect(page: Page, number: int = 0) -> str:
    """Connect the consent page's account `number`; returns the account's address, /a/<id>/."""
    tab = open_consent(page)
    tab.get_by_role("radio").nth(number).check()
    tab.get_by_role("button", name="Allow").click()
    expect(tab.get_by_role("heading", name="Connected")).to_be_visible()
    tab.close()
    page.get_by_role("button", name="Use this account").click(timeout=SLOW_MS)
    page.wait_for_url(re.compile(r"/a/\d+/"))
    return re.search(r"/a/\d+/", page.url)[0]  # type: ignore[index]


def make_list(page: Page, account: str, name: str) -> None:
    """Create a list by its form; ends on the list's page."""
    page.goto(f"{account}lists/")
    page.get_by_role("link", name="New list").first.click()
    page.get_by_label("Name").fill(name)
    page.locator("#main form[method=post] button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def add_people(page: Page, addresses: list[str]) -> None:
    """From a list's page: paste addresses, and follow the job to its end."""
    page.get_by_role("link", name="Add people").click()
    page.get_by_label("E-mail addresses").fill("\n".join(addresses))
    page.locator("#main form[method=post] button.btn-primary").click()
    page.wait_for_url(re.compile(r"/jobs/\d+/"))
    expect(page.locator("#job .progress-count")).to_have_text(f"{len(addresses)} of {len(addresses)}", timeout=SLOW_MS)


def make_template(page: Page, account: str, name: str) -> None:
    """Type HTML into the Ace editor, see it in the preview frame, save; ends on the template's page."""
    page.goto(f"{account}templates/new/")
    page.get_by_label("Name").fill(name)
    page.locator(".ace_editor .ace_content").click()
    page.keyboard.press("Control+A")
    page.keyboard.insert_text("<h1>Hello {{ first_name|default:'there' }}</h1><p>{% unsubscribe 'Unsubscribe' %}</p>")
    expect(page.frame_locator("#preview").get_by_role("heading", level=1)).to_contain_text("Hello", timeout=SLOW_MS)
    page.locator("#edit button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def compose(page: Page, account: str, *, name: str, audience: str, template: str) -> str:
    """Create a campaign by its form; ends on its page, whose address is returned."""
    page.goto(f"{account}campaigns/new/")
    page.get_by_label("Name", exact=True).fill(name)
    page.get_by_role("group", name="Send to", exact=True).get_by_label(audience).check()
    page.get_by_label("Subject").fill(f"{name}: new this week")
    for label, typed in (("Sender name", "Fjell & Field"), ("Sender address", "hello@fjellandfield.example.com")):
        field = page.get_by_label(label)
        if not field.input_value():
            field.fill(typed)
    page.get_by_label("Template").select_option(label=template)
    page.locator("#edit button.btn-primary").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    return page.url


def ask_to_send(page: Page, campaign: str, button: str = "") -> str:
    """From a campaign's page to the question, and yes, at once (whoever approves); returns the send's address."""
    page.goto(campaign)
    page.get_by_role("link", name="Send…").click()
    ahead = page.get_by_label("Plan it five minutes ahead")
    page.locator("#send-ask form.card-body").wait_for()
    if ahead.is_visible():
        ahead.uncheck()
    page.locator("#send-ask").get_by_role("button", name=button or SENDING, exact=bool(button)).click()
    page.wait_for_url(re.compile(r"/sends/\d+/"))
    return page.url


def first_template(page: Page, account: str) -> str:
    """The name of a template that the account has."""
    page.goto(f"{account}templates/?sort=name")
    return page.locator("#rows tbody a").first.inner_text()


def rule_second_person_above(page: Page, account: str, number: int) -> None:
    """An admin says above how many recipients a second person approves."""
    page.goto(f"{account}sends/rules/")
    page.get_by_label(re.compile("second person", re.IGNORECASE)).fill(str(number))
    page.get_by_role("button", name="Save the rules").click()
    expect(page.locator("#send-rules")).to_contain_text(re.compile(rf"above {number:,} recipients"))
