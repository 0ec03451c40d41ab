"""Fixtures of all tests: the cast (tests/cast.py), a running sandbox, a world of its own for each test."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
import redis
from django.conf import settings as site
from django.utils import timezone
from django_scopes import scopes_disabled

from dashboard.teams.models import Team
from klaviyo_app.accounts.models import Account, MatonKey
from tests.cast import alice, bob, charlie, client_of, other_team, paul, team, vera
from tests.contract.sent import wrong_requests
from tests.sandbox_server import Sandbox, World
from tests.together import Together

# On a busy machine the first draw of a strategy may take a second; that says nothing of what is tested.
hypothesis.settings.register_profile("suite", suppress_health_check=[hypothesis.HealthCheck.too_slow], deadline=None)
hypothesis.settings.load_profile("suite")

__all__ = ["alice", "bob", "charlie", "client_of", "other_team", "paul", "team", "vera"]


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """How `pytest -n` deals tests out."""
    return Together(config, log)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(
    tmp_path_factory: pytest.TempPathFactory, django_db_modify_db_settings_parallel_suffix: None
) -> None:
    """A SQLite file, as the product has it: in memory, threads share tables, and no wait helps against their locks.

    On PostgreSQL (TEST_ON_POSTGRES) a database of its own for each test process.
    """
    database = site.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        database.setdefault("TEST", {})["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def suite_redis() -> redis.Redis:
    """The Redis of this test process."""
    return redis.Redis.from_url(os.environ["REDIS_URL"])


@pytest.fixture(autouse=True)
def _nothing_remembered(suite_redis: redis.Redis) -> None:
    """Limits of log-ins, budgets and caches begin anew with each test, whatever ran before it."""
    suite_redis.flushdb()


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """One process a test worker."""
    running = Sandbox()
    yield running
    running.stop()


@pytest.fixture
def world(sandbox: Sandbox) -> Iterator[World]:
    """A key with an empty Klaviyo account, connected.

    A fault that was ordered and struck nothing fails the test; so does a call of ours that Klaviyo does not describe.
    """
    made = sandbox.world("empty", job_seconds=0.2)
    yield made
    unused = made.unused_faults()
    assert not unused, f"ordered, and struck nothing: {unused}"
    assert wrong_requests(made) == []


@pytest.fixture
def account(team: Team, world: World, settings: Any) -> Iterator[Account]:
    """The team's account, connected to the world's; queries of the test itself need no scope."""
    settings.MATON_GATEWAY_URL = settings.MATON_CONTROL_URL = world.sandbox.url
    with scopes_disabled():
        MatonKey.objects.create(team=team, key=world.key, last_four=world.key[-4:], proved_at=timezone.now())
        yield Account.objects.create(
            team=team, klaviyo_id=world.account_id, name=world.name, connection_id=world.connection_id
        )
