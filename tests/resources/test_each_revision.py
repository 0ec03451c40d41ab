"""What the pages offer works at every revision: all links are walked, some of each kind; none leads to a refusal."""

from __future__ import annotations

import html
import re
from collections import Counter, deque
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import resolve
from django.utils import timezone
from django_scopes import scopes_disabled
from redis import Redis

from dashboard.teams.models import Team, User
from klaviyo_app.accounts.models import Account, MatonKey
from klaviyo_app.mirror.sync import mirrored, read_kind
from klaviyo_app.resources.flows.models import Flow
from tests.sandbox_server import Sandbox
from tests.sending.test_each_revision import REVISIONS
from tests.waiting import room_again

pytestmark = pytest.mark.django_db
LINK = re.compile(r'(?:href|hx-get)="([^"#]+)"')
PROBLEM = re.compile(r'class="alert alert-danger".*?</div>\s*</div>', re.DOTALL)
MOST_OF_A_KIND = 2  # the rows of a table differ


@pytest.fixture(params=REVISIONS, ids=lambda pair: f"{pair[0]} of {pair[1]} on")
def shop(request: Any, settings: Any, team: Team, sandbox: Sandbox) -> Any:
    """An account full of everything, at a revision, read whole."""
    settings.KLAVIYO_REVISION, oldest = request.param
    settings.MATON_GATEWAY_URL = settings.MATON_CONTROL_URL = sandbox.url
    world = sandbox.world("demo", limits=False, oldest_revision=oldest)
    with scopes_disabled():
        MatonKey.objects.create(team=team, key=world.key, last_four=world.key[-4:], proved_at=timezone.now())
        account = Account.objects.create(
            team=team, klaviyo_id=world.account_id, name=world.name, connection_id=world.connection_id
        )
        for model in mirrored().values():
            assert read_kind(account, model), model
        account.oldest = oldest
        yield account


def walk(browser: Client, start: str, rest: Callable[[], None]) -> tuple[dict[str, str], Counter[str]]:
    """All that can be reached by links: what went wrong by address, and how many links led to each kind of page.

    `rest` comes before each page: a person reads before the next click, and the rate budget has room again.
    """
    seen, kinds, wrong = {start}, Counter[str](), {}
    left = deque([start])
    while left:
        address = left.popleft()
        rest()
        answer = browser.get(address)
        text = answer.content.decode()
        troubles = [re.sub(r"<[^>]+>|\s+", " ", found) for found in PROBLEM.findall(text)]
        if answer.status_code != 200 or troubles:
            wrong[address] = f"{answer.status_code} {troubles}"
        for path in map(html.unescape, LINK.findall(text)):
            if not path.startswith(start) or path in seen:
                continue
            seen.add(path)
            name = resolve(path.partition("?")[0]).url_name
            kinds[name] += 1
            if kinds[name] <= MOST_OF_A_KIND:
                left.append(path)
    return wrong, kinds


def test_no_link_of_the_account_leads_to_a_refusal(
    shop: Account, alice: User, client_of: Callable[..., Client], suite_redis: Redis
) -> None:
    wrong, kinds = walk(client_of(alice), f"/a/{shop.pk}/", lambda: room_again(suite_redis))
    assert wrong == {}
    assert len(kinds) > 95, sorted(kinds)  # what the demo has; webhooks, jobs and sends come by their own tests


def test_where_the_revision_makes_no_flows_the_page_says_so_and_offers_none(
    shop: Account, alice: User, client_of: Callable[..., Client]
) -> None:
    browser = client_of(alice)
    for path in ("flows/", f"flows/{Flow.objects.first().klaviyo_id}/"):
        page = browser.get(f"/a/{shop.pk}/{path}").content.decode()
        cannot = "cannot be made or copied" in page
        assert cannot is ("/flows/new/" not in page and "/copy/" not in page)
        assert cannot is (shop.oldest == "2024-10-15")
    for path in ("flows/new/", f"flows/{Flow.objects.first().klaviyo_id}/copy/"):
        answer = browser.get(f"/a/{shop.pk}/{path}")
        assert answer.status_code == (422 if shop.oldest == "2024-10-15" else 200)
