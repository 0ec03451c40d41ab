"""Every page of the site, with an address in the demo account. {x} is the first x of its table."""

from __future__ import annotations

import re

from playwright.sync_api import Page

PAGES = (
    "/me/",
    "/password/change/",
    "/logout/",
    "/t/northlight/",
    "/t/northlight/edit/",
    "/t/northlight/members/",
    "/t/northlight/audit/",
    "/t/northlight/leave/",
    "/t/northlight/connect/",
    "/t/northlight/connect/adopt/",
    "/t/northlight/connect/{attempt}/",
    "/t/northlight/key/",
    "{a}",
    "{a}limits/",
    "{a}disconnect/",
    "{a}lists/",
    "{a}lists/?q=nothing+is+called+so",
    "{a}lists/new/",
    "{a}lists/{list}/",
    "{a}lists/{list}/edit/",
    "{a}lists/{list}/delete/",
    "{a}lists/{list}/people/",
    "{a}lists/{list}/people/add/",
    "{a}lists/{list}/people/remove/",
    "{a}segments/",
    "{a}segments/new/",
    "{a}segments/{segment}/",
    "{a}segments/{segment}/growth/",
    "{a}segments/{segment}/edit/",
    "{a}segments/{segment}/delete/",
    "{a}segments/{segment}/people/",
    "{a}campaigns/",
    "{a}campaigns/?sort=name",
    "{a}campaigns/new/",
    "{a}campaigns/{campaign}/",
    "{a}campaigns/{campaign}/edit/",
    "{a}campaigns/{campaign}/clone/",
    "{a}campaigns/{campaign}/delete/",
    "{a}campaigns/{campaign}/estimate/",
    "{a}campaigns/{campaign}/send/",
    "{a}flows/",
    "{a}flows/new/",
    "{a}flows/{flow}/",
    "{a}flows/{flow}/steps/",
    "{a}flows/{flow}/copy/",
    "{a}flows/{flow}/delete/",
    "{a}flows/{flow}/set/draft/",
    "{a}templates/",
    "{a}templates/new/",
    "{a}templates/{template}/",
    "{a}templates/{template}/edit/",
    "{a}templates/{template}/copy/",
    "{a}templates/{template}/delete/",
    "{a}coupons/",
    "{a}coupons/new/",
    "{a}coupons/{coupon}/",
    "{a}coupons/{coupon}/edit/",
    "{a}coupons/{coupon}/delete/",
    "{a}coupons/{coupon}/codes/",
    "{a}coupons/{coupon}/codes/new/",
    "{a}coupons/{coupon}/codes/make/",
    "{a}profiles/",
    "{a}profiles/new/",
    "{a}profiles/{profile}/",
    "{a}profiles/{profile}/edit/",
    "{a}profiles/{profile}/consent/subscribe/",
    "{a}profiles/{profile}/events/",
    "{a}profiles/{profile}/merge/",
    "{a}profiles/{profile}/delete/",
    "{a}profiles/forget/",
    "{a}profiles/import/",
    "{a}profiles/import/jobs/",
    "{a}events/",
    "{a}events/new/",
    "{a}events/file/",
    "{a}events/{event}/",
    "{a}catalog/items/",
    "{a}catalog/items/new/",
    "{a}catalog/items/{item}/",
    "{a}catalog/items/{item}/edit/",
    "{a}catalog/items/{item}/delete/",
    "{a}catalog/items/{item}/categories/",
    "{a}catalog/items/{item}/variants/new/",
    "{a}catalog/variants/",
    "{a}catalog/variants/{variant}/",
    "{a}catalog/variants/{variant}/edit/",
    "{a}catalog/categories/",
    "{a}catalog/categories/new/",
    "{a}catalog/categories/{category}/",
    "{a}catalog/categories/{category}/add/",
    "{a}metrics/",
    "{a}metrics/{metric}/",
    "{a}metrics/{metric}/numbers/",
    "{a}metrics/{metric}/uses/",
    "{a}images/",
    "{a}images/new/",
    "{a}tags/",
    "{a}tags/new/",
    "{a}tags/groups/new/",
    "{a}tags/of/list/{list}/",
    "{a}metrics/{metric}/?interval=week&by=%24message",
    "{a}results/",
    "{a}webhooks/",
    "{a}webhooks/new/",
    "{a}jobs/",
    "{a}jobs/{job}/",
    "{a}sends/",
    "{a}sends/rules/",
    "{a}sends/{send}/",
)
OUTSIDE = ("/login/", "/password/reset/", "/password/reset/sent/", "/invitation/nothing/", "/no-such-page/")


def first_of_each(page: Page, account: str) -> dict[str, str]:
    """What stands for {x} in PAGES. The campaign is a draft, which has the most to show."""
    found = {"a": account}
    for kind in (
        "lists",
        "segments",
        "profiles",
        "events",
        "metrics",
        "flows",
        "templates",
        "coupons",
        "jobs",
        "sends",
    ):
        page.goto(f"{account}{kind}/")
        href = page.locator("tbody a").first.get_attribute("href") or ""
        found[kind[:-1]] = href.rstrip("/").rsplit("/", 1)[1]
    for kind, name in (("items", "item"), ("variants", "variant"), ("categories", "category")):
        page.goto(f"{account}catalog/{kind}/")
        href = page.locator("tbody a").first.get_attribute("href") or ""
        found[name] = href.rstrip("/").rsplit("/", 1)[1]
    page.goto(f"{account}campaigns/")
    href = page.locator("tbody tr", has_text="Draft").locator("a").first.get_attribute("href") or ""
    found["campaign"] = href.rstrip("/").rsplit("/", 1)[1]
    page.goto("/t/northlight/connect/")
    links = [one.get_attribute("href") or "" for one in page.locator("#connect a").all()]
    found["attempt"] = next((match[1] for one in links if (match := re.search(r"/connect/(\d+)/", one))), "1")
    return found
