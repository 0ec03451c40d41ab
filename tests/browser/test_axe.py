"""axe-core finds nothing on any page, in light and in dark, on a desk and on a phone."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.addresses import OUTSIDE, PAGES
from tests.browser.stack import Stack
from tests.browser.visits import visit

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("path", PAGES)
def test_a_page_has_no_violation(reader: Page, ids: dict[str, str], path: str) -> None:
    assert visit(reader, path.format(**ids)).violations == []


@pytest.mark.parametrize("path", OUTSIDE)
def test_a_page_for_strangers_has_no_violation(browser: Browser, stack: Stack, path: str) -> None:
    page = browser.new_page(base_url=stack.site)
    assert visit(page, path).violations == []
    page.close()
