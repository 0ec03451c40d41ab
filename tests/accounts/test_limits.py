"""What is allowed and what is spent is read from the budget that all processes share."""

from __future__ import annotations

import re
from typing import Any

import pytest

from klaviyo_app.accounts.clients import client_for, gateway_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.budget import Priority, SharedBudget, Spend
from klaviyo_app.gateway.catalogue import OPERATIONS

pytestmark = pytest.mark.django_db


@pytest.fixture
def page(account: Account, vera: Any, client_of: Any) -> Any:
    def look() -> str:
        answer = client_of(vera).get(f"/a/{account.pk}/limits/")
        assert answer.status_code == 200
        return str(answer.content.decode())

    return look


def row(page: str, operation: str) -> str:
    found = re.search(rf"<tr><td>{operation}</td>(.*?)</tr>", page, re.DOTALL)
    return found[1] if found else ""


def test_calls_that_were_made_are_counted_beside_what_is_allowed(account: Account, page: Any) -> None:
    before = row(page(), "Get lists")
    for _again in range(3):
        client_for(account).call("get_lists")
    limit = OPERATIONS["get_lists"].limit
    after = row(page(), "Get lists")
    assert before != after
    assert f"/ {limit.steady}" in after
    used = re.findall(r">(\d+) /", after)
    assert int(used[1]) >= 3


def test_the_calls_of_today_are_counted_where_no_day_is_limited(account: Account, page: Any) -> None:
    for _again in range(3):
        client_for(account).call("get_lists")
    assert OPERATIONS["get_lists"].limit.daily is None
    assert re.findall(r">(\d+)</td>", row(page(), "Get lists")) == ["3"]


def test_another_day_begins_at_midnight_utc(suite_redis: Any) -> None:
    day = 86_400_000.0
    now = [20_000 * day - 5]
    budget = SharedBudget(suite_redis, now_ms=lambda: now[0])
    spend = Spend("key", "ABC123", "get_lists", OPERATIONS["get_lists"].limit)
    budget.take(spend, Priority.PERSON)
    assert [one.today for one in budget.used([spend])] == [1]
    now[0] += 10
    assert [one.today for one in budget.used([spend])] == [0]
    budget.take(spend, Priority.PERSON)
    assert [one.today for one in budget.used([spend])] == [1]


def test_what_has_a_daily_limit_stands_there_before_it_is_spent(account: Account, page: Any) -> None:
    assert "/ 225" in row(page(), "Query campaign values")


def test_an_operation_that_is_barred_says_for_how_long(account: Account, page: Any) -> None:
    gateway = gateway_for(account.team)
    assert isinstance(gateway.budget, SharedBudget)
    spend = Spend(gateway.key_id, account.klaviyo_id, "get_coupons", OPERATIONS["get_coupons"].limit)
    gateway.budget.hold(spend, speaker="klaviyo", wait_s=40)
    assert re.search(r"barred for (39|40) s", row(page(), "Get coupons"))


def test_without_redis_the_page_says_so(account: Account, page: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    budget = gateway_for(account.team).budget
    assert isinstance(budget, SharedBudget)
    away = SharedBudget.at("redis://127.0.0.1:9/0")
    monkeypatch.setattr(budget, "_client", away._client)
    assert "cannot be reached now" in page()
