"""No page breaks its own content security policy, logs an error or asks for something that is not there."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.addresses import OUTSIDE, PAGES
from tests.browser.stack import Stack
from tests.browser.visits import visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_loaded_without_a_complaint(reader: Page, ids: dict[str, str], path: str) -> None:
    assert visit(reader, path.format(**ids)).complaints == []


@pytest.mark.parametrize("path", OUTSIDE[:3])
def test_a_page_for_strangers_is_loaded_without_a_complaint(browser: Browser, stack: Stack, path: str) -> None:
    page = browser.new_page(base_url=stack.site)
    assert visit(page, path).complaints == []
    page.close()
