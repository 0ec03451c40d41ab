from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.cache import caches
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, RequestFactory
from django.urls import resolve
from django.utils import timezone

from dashboard.health import checks
from dashboard.health.models import Heartbeat
from dashboard.tasks import beat_alive


@pytest.fixture(autouse=True)
def not_remembered() -> None:
    checks._migrated.clear()


def ready(client: Client) -> tuple[int, dict[str, Any]]:
    answer = client.get("/health/ready")
    return answer.status_code, answer.json()


def test_live_touches_no_database_even_for_a_visitor_with_a_session(client: Client) -> None:
    client.cookies["session"] = "abc"
    assert client.get("/health/live").json() == {"status": "alive"}


def test_ready_when_everything_works(client: Client, db: None) -> None:
    beat_alive()
    assert ready(client)[1]["status"] == "ready"


def test_without_redis_the_site_is_ready_and_degraded(client: Client, db: None, settings) -> None:
    settings.REDIS_PY_URL = "redis://127.0.0.1:1/0"
    beat_alive()
    status, body = ready(client)
    assert (status, body["status"], body["checks"]["redis"]) == (200, "degraded", "degraded")


def test_a_silent_beat_and_worker_are_seen(client: Client, db: None) -> None:
    checks.beat(sent_at=None, now=timezone.now() - timedelta(minutes=5))
    status, body = ready(client)
    assert (status, body["checks"]["beat"], body["checks"]["worker"]) == (200, "silent", "silent")


def test_a_worker_that_works_off_an_old_queue_does_not_hide_a_dead_beat(db: None) -> None:
    now = timezone.now()
    checks.beat(sent_at=now - timedelta(hours=1), now=now)
    assert checks.signs(now) == {"worker": "ok", "beat": "silent"}


def test_not_ready_with_a_migration_missing(client: Client, db: None) -> None:
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()
    status, body = ready(client)
    assert (status, body["checks"]["migrations"]) == (503, "pending")


def test_not_ready_when_the_key_does_not_open_what_was_stored(client: Client, db: None, settings) -> None:
    beat_alive()
    settings.ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    status, body = ready(client)
    assert (status, body["checks"]["key"]) == (503, "wrong")


def test_not_ready_without_the_database(client: Client, db: None) -> None:
    def down(*_args: object) -> None:
        raise OperationalError("password=hunter2 host=db.internal")

    with connection.execute_wrapper(down):
        answer = client.get("/health/ready")
    assert answer.status_code == 503
    assert b"hunter2" not in answer.content


def test_the_seal_is_stored_encrypted(db: None) -> None:
    beat_alive()
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT seal FROM {Heartbeat._meta.db_table}")
        assert all(checks.SEAL not in row[0] for row in cursor.fetchall())


def test_the_cache_goes_on_in_memory_while_redis_is_away(settings) -> None:
    settings.CACHES = {"default": {"BACKEND": "dashboard.cache.RedisOrMemory", "LOCATION": "redis://127.0.0.1:1/0"}}
    cache = caches.create_connection("default")
    assert cache.add("limit", 1)
    assert not cache.add("limit", 2)
    assert cache.get("limit") == 1


# --- logs -------------------------------------------------------------------------------------------------------------


def line_of(record: logging.LogRecord) -> str:
    formatter = next(
        h.formatter for h in logging.getLogger().handlers if type(h.formatter).__name__ == "ProcessorFormatter"
    )
    return formatter.format(record)


def test_a_log_line_is_one_line_of_json() -> None:
    record = logging.makeLogRecord(
        {"name": "x", "levelno": 30, "levelname": "WARNING", "msg": "a\nb %s", "args": ("c\r\nd",)}
    )
    line = line_of(record)
    assert "\n" not in line
    assert json.loads(line)["event"] == "a\nb c\r\nd"


def test_djangos_own_lines_name_the_page_and_not_the_address() -> None:
    address = "/invitation/the-token/"
    request = RequestFactory().get(address)
    request.resolver_match = resolve(address)
    fields = {"name": "django.request", "levelno": 40, "levelname": "ERROR", "msg": "%s: %s", "request": request}
    line = line_of(logging.makeLogRecord({**fields, "args": ("Internal Server Error", address)}))
    assert json.loads(line)["page"] == "invitation"
    assert json.loads(line)["event"] == "Internal Server Error"
    assert "the-token" not in line
