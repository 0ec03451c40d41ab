"""The production settings, as compose.yaml has them: gunicorn, PostgreSQL, Redis, Celery prefork, behind HTTPS."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from tests.browser.stack import Stack
from tests.environment import start_redis
from tests.postgres import postgres

pytestmark = pytest.mark.timeout(240)
HTTPS = {"X-Forwarded-Proto": "https", "Host": "dashboard.example.com"}
PASSWORD = "a-long-pass-phrase-2026"


@pytest.fixture(scope="module")
def production(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    import os

    folder = tmp_path_factory.mktemp("production")
    redis, redis_url = (None, os.environ["TEST_REDIS_URL"]) if os.environ.get("TEST_REDIS_URL") else start_redis()
    with postgres(folder / "pg") as database:
        if not database:
            pytest.skip("no PostgreSQL server and no binary at hand")
        stack = Stack(
            folder, DATABASE_URL=database, REDIS_URL=redis_url, LOCAL_REDIS="", ALLOWED_HOSTS="dashboard.example.com"
        )
        stack.env.update(SITE_URL="https://dashboard.example.com", TRUSTED_PROXIES="1")
        celery = f"{Path(sys.executable).parent / 'celery'} -A dashboard worker --loglevel WARNING"
        commands = {name: stack.commands[name] for name in ("sandbox", "web", "beat")}
        commands["web"] = commands["web"].replace("--workers 1", "--workers 2")
        commands["worker"] = f"{celery} --queues person,bulk --concurrency 2"
        commands["worker-send"] = f"{celery} --queues send --concurrency 1 -n send@%h"
        stack.commands = commands
        try:
            stack.manage("migrate", "--no-input")
            for name in commands:
                stack.start_one(name)
            _until(lambda: requests.get(f"{stack.site}/health/live", headers=HTTPS, timeout=5).status_code == 200)
            yield stack
        finally:
            stack.stop()
            if redis:
                redis.kill()
                redis.wait()


def _until(true, seconds: float = 100) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            if true():
                return
        except requests.RequestException:
            pass
        time.sleep(0.3)
    raise AssertionError("it did not come true in time")


def _ready(stack: Stack) -> dict:
    return requests.get(f"{stack.site}/health/ready", headers=HTTPS, timeout=5).json()


def test_it_gets_ready_with_database_redis_worker_and_beat(production: Stack) -> None:
    answer = requests.get(f"{production.site}/health/ready", headers=HTTPS, timeout=5)
    assert answer.status_code == 200
    _until(lambda: "degraded" not in str(_ready(production)) and "silent" not in str(_ready(production)))


def test_a_host_that_is_not_allowed_is_refused(production: Stack) -> None:
    answer = requests.get(f"{production.site}/login/", headers={**HTTPS, "Host": "evil.example"}, timeout=5)
    assert answer.status_code == 400


def test_the_first_team_is_made_on_the_set_up_page_once(production: Stack) -> None:
    session = requests.Session()
    session.headers.update(HTTPS)
    page = session.get(f"{production.site}/setup/", timeout=10)
    assert page.status_code == 200
    assert "Strict-Transport-Security" in page.headers
    assert "__Host-csrf" in page.headers["Set-Cookie"]
    assert "Secure" in page.headers["Set-Cookie"]
    token = page.text.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]
    names = [part.split('"')[0] for part in page.text.split('name="')[1:]]
    values = {"csrfmiddlewaretoken": token, "email": "first@example.com", "name": "First", "team": "Shop"}
    values |= {name: PASSWORD for name in names if "password" in name}
    values |= {name: "Shop" for name in names if "team" in name}
    cookies = {"__Host-csrf": page.headers["Set-Cookie"].split("__Host-csrf=")[1].split(";")[0]}
    headers = {"Referer": "https://dashboard.example.com/setup/", "Origin": "https://dashboard.example.com"}
    made = session.post(
        f"{production.site}/setup/", data=values, headers=headers, cookies=cookies, allow_redirects=False, timeout=10
    )
    assert made.status_code in {302, 303}, made.text[:2000]
    again = session.get(f"{production.site}/setup/", allow_redirects=False, timeout=10)
    assert again.status_code in {302, 303, 404}


def test_every_answer_carries_the_strict_policy(production: Stack) -> None:
    answer = requests.get(f"{production.site}/login/", headers=HTTPS, timeout=5)
    assert answer.status_code == 200
    assert "script-src 'self'" in answer.headers["Content-Security-Policy"]
