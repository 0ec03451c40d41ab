"""What a metric is told apart by has names, not ids, over HTTP against the sandbox."""

from __future__ import annotations

import html
import json
import re
from typing import Any

import pytest

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror.absorb import absorb_many
from klaviyo_app.resources.campaigns.models import Campaign
from tests.resources.test_events import metric_id, record
from tests.sandbox_server import World
from tests.shop import NOW

pytestmark = pytest.mark.django_db
AUGUST = "since=2026-08-01&until=2026-08-03"
AT = "2026-08-02T12:00:00Z"


def lines(browse: Any, world: World, by: str) -> tuple[str, list[str]]:
    page = browse(f"metrics/{metric_id(world, 'Opened')}/numbers/?{AUGUST}&by={by}", htmx=True).content.decode()
    chart = json.loads(html.unescape(re.search(r'data-chart="([^"]+)"', page)[1]))  # type: ignore[index]
    return page, [one["name"] for one in chart["lines"]]


def opened(world: World, read: Any, **properties: str) -> None:
    record(world, "Opened", "ada@example.com", AT, **properties)
    read("metric")


def test_a_message_of_a_campaign_is_called_as_the_campaign_and_leads_to_it(
    world: World, account: Account, browse: Any, read: Any
) -> None:
    relationships = {"campaign-messages": {"data": [{"type": "campaign-message", "id": "Msg001"}]}}
    known = {"type": "campaign", "id": "Cmp001", "attributes": {"name": "Spring letter"}}
    absorb_many(Campaign, account, [{**known, "relationships": relationships}], now=NOW)
    opened(world, read, **{"$message": "Msg001"})
    page, names = lines(browse, world, "$message")
    assert names == ["Spring letter"]
    assert f'href="/a/{account.pk}/campaigns/Cmp001/">Spring letter</a>' in page
    file = browse(f"metrics/{metric_id(world, 'Opened')}/numbers.csv?{AUGUST}&by=$message").content.decode()
    assert "Spring letter" in file
    assert "Msg001" not in file


def test_a_list_is_called_by_its_name(world: World, browse: Any, read: Any) -> None:
    made = world.call("POST", "lists", {"data": {"type": "list", "attributes": {"name": "Readers"}}})["data"]["id"]
    read("list")
    opened(world, read, List=made)
    assert lines(browse, world, "List")[1] == ["Readers"]


def test_what_nobody_knows_keeps_its_id_and_costs_no_page(world: World, browse: Any, read: Any) -> None:
    opened(world, read, **{"$message": "Gone99", "$flow": "Gone98"})
    assert lines(browse, world, "$message")[1] == ["Gone99"]
    assert lines(browse, world, "$flow")[1] == ["Gone98"]


def test_text_stays_as_it_is_and_nothing_is_asked_for_it(world: World, browse: Any, read: Any) -> None:
    opened(world, read, Subject="Three things")
    before = world.count()
    assert lines(browse, world, "Subject")[1] == ["Three things"]
    assert world.count() == before + 2  # the metrics, by the test itself, and the numbers
