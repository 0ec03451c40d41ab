"""Real Chromium against the whole product, started once a test worker."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.browser.addresses import first_of_each
from tests.browser.stack import Stack
from tests.browser.steps import (
    KINDS,
    add_people,
    ask_to_send,
    compose,
    connect,
    first_template,
    log_in,
    make_list,
)

PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"/>'
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Chromium's path: CHROMIUM, else the first on the PATH."""
    return os.environ.get("CHROMIUM") or next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium: set CHROMIUM to its path, or install chromium or google-chrome")
    with sync_playwright() as play:
        one = play.chromium.launch(executable_path=path, args=["--no-sandbox"] if os.geteuid() == 0 else [])
        yield one
        one.close()


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """The running product."""
    folder: Path = tmp_path_factory.mktemp("stack")
    one = Stack(folder)
    try:
        one.start()
        yield one
    finally:
        one.stop()


@pytest.fixture
def person(stack: Stack, browser: Browser) -> Iterator[Callable[..., Page]]:
    """person("alice") -> a page of a browser of its own, logged in; keywords go to Browser.new_context."""
    contexts: list[BrowserContext] = []

    def enter(name: str, **options: object) -> Page:
        context = browser.new_context(base_url=stack.site, **options)  # type: ignore[arg-type]
        context.set_default_timeout(15_000)
        contexts.append(context)
        page = context.new_page()
        log_in(page, name)
        return page

    yield enter
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def account(stack: Stack, browser: Browser) -> str:
    """The address (/a/<id>/) of the demo account, connected by clicking, its tables filled."""
    context = browser.new_context(base_url=stack.site)
    context.set_default_timeout(15_000)
    page = context.new_page()
    log_in(page, "alice")
    address = connect(page)
    for kind in KINDS:
        page.goto(f"{address}{kind}/")
        page.locator("#rows tbody tr").first.wait_for(timeout=60_000)
    context.close()
    return address


@pytest.fixture(scope="session")
def reader(stack: Stack, browser: Browser, account: str) -> Iterator[Page]:
    """One page for all tests that only look; alice, for whom every page is open. A list, a job and a send are there."""
    context = browser.new_context(base_url=stack.site)
    context.set_default_timeout(15_000)
    # Pictures of shops and templates: there is no network, and none is needed.
    context.route(re.compile("^https://"), lambda route: route.fulfill(content_type="image/svg+xml", body=PICTURE))
    page = context.new_page()
    log_in(page, "alice")
    make_list(page, account, "For the readers")
    add_people(page, ["reader@example.com", "second@example.com"])
    template = first_template(page, account)
    ask_to_send(page, compose(page, account, name="To be read", audience="For the readers", template=template))
    yield page
    context.close()


@pytest.fixture(scope="session")
def ids(reader: Page, account: str) -> dict[str, str]:
    """What stands for {x} in the addresses of tests/browser/addresses.py."""
    return first_of_each(reader, account)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A real browser on a busy machine may come late once; what fails three times is broken."""
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.flaky(reruns=2))
