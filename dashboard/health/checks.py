"""What /health/ready looks at. Each check answers with one plain word; "ok" and "degraded" can serve."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from redis import Redis
from redis.exceptions import RedisError

from dashboard.crypto import CannotDecrypt
from dashboard.health.models import Heartbeat

SILENT = timedelta(seconds=120)  # beat rings every 30 s
SEAL = "still readable"
log = structlog.get_logger("health")
_migrated: list[bool] = []  # once true, true until the process is replaced


def beat(*, sent_at: datetime | None, now: datetime) -> None:
    """Write both signs of life: beat rang at `sent_at`, and a worker is doing it now."""
    for name, at in (("beat", sent_at or now), ("worker", now)):
        Heartbeat.objects.update_or_create(name=name, defaults={"at": at, "seal": SEAL})


def database() -> str:
    """The database answers."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return "ok"


def migrations() -> str:
    """Every migration of this version is applied."""
    if not _migrated:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            return "pending"
        _migrated.append(True)
    return "ok"


def key() -> str:
    """The key of this process opens what was stored; "ok" too where nothing was stored yet."""
    try:
        stored = Heartbeat.objects.first()
    except CannotDecrypt:
        return "wrong"
    return "ok" if stored is None or stored.seal == SEAL else "wrong"


def redis() -> str:
    """The doorbell. Without it pages work and sweeps do the work, more slowly."""
    try:
        with Redis.from_url(settings.REDIS_PY_URL, socket_connect_timeout=1, socket_timeout=1) as client:
            client.ping()
    except (RedisError, OSError):
        return "degraded"
    return "ok"


def signs(now: datetime) -> dict[str, str]:
    """Worker and beat: "ok", "silent" or "never"; the sites's pages do not need them."""
    seen = {row["name"]: row["at"] for row in Heartbeat.objects.values("name", "at")}
    return {name: _age(seen.get(name), now) for name in ("worker", "beat")}


def _age(at: datetime | None, now: datetime) -> str:
    if at is None:
        return "never"
    return "ok" if now - at < SILENT else "silent"


def ready(now: datetime) -> tuple[bool, dict[str, str]]:
    """Whether requests can be served, and the word of each check."""
    found: dict[str, str] = {}
    checks: tuple[Callable[[], str], ...] = (database, migrations, key)
    try:
        for check in checks:
            found[check.__name__] = check()
        found.update(signs(now))
    except DatabaseError as error:
        log.warning("not ready", error=type(error).__name__)
        return False, {**found, "database": "down"}
    serves = all(found[check.__name__] == "ok" for check in checks)
    found["redis"] = redis()
    return serves, found
