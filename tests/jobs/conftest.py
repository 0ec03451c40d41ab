from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django_scopes import scopes_disabled

from dashboard.teams.models import Team, User
from klaviyo_app.accounts.models import Account
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job
from tests.shop import inside, make_account

Rang = list[tuple[int, float]]


@pytest.fixture
def shop(team: Team) -> Iterator[Account]:
    with scopes_disabled():
        account = make_account(team)
    with inside(account):
        yield account


@pytest.fixture(autouse=True)
def rang(monkeypatch) -> Rang:
    """(job, seconds) of each doorbell; nobody answers it."""
    bells: Rang = []
    monkeypatch.setattr(work, "ring", lambda job, *, after_s=0: bells.append((job.pk, after_s)))
    return bells


@pytest.fixture
def planned(shop: Account, bob: User) -> Callable[..., Job]:
    """planned("a", "b") -> a job with a row for each key."""

    def make(*keys: str, title: str = "Codes") -> Job:
        rows = [(key, {"n": number}) for number, key in enumerate(keys)]
        return work.plan(shop, kind="x", task="no.such.task", title=title, rows=rows, calls=3, asked_by=bob)

    return make
