"""Typed reads of the environment. Every bad value is named in one line, and then nothing starts."""

from __future__ import annotations

import re
import sys
from datetime import date
from pathlib import Path
from typing import Any, NoReturn
from urllib.parse import urlsplit

import dj_database_url
from environs import Env, EnvError, validate

ROOT = Path(__file__).resolve().parent.parent


def stop(line: str) -> NoReturn:
    """Leave with one line on stderr; a traceback would hide it."""
    sys.stderr.write(f"settings: {line}\n")
    raise SystemExit(2)


def _is_http_url(value: str) -> bool:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.query or parts.fragment:
        raise EnvError(f"{value!r} is not an http or https address")
    return True


def _is_revision(value: str) -> bool:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", value):
        raise EnvError(f"{value!r} is not a date like 2026-07-15")
    date.fromisoformat(value)
    return True


def _is_redis_url(value: str) -> bool:
    if urlsplit(value).scheme not in {"redis", "rediss", "redis+socket", "unix"}:
        raise EnvError(f"{value!r} is not a redis:// address")
    return True


def database(value: str) -> dict[str, Any]:
    """Django's DATABASES entry for an address; raises EnvError for any scheme but sqlite and postgres."""
    if urlsplit(value).scheme not in {"sqlite", "postgres", "postgresql"}:
        raise EnvError(f"{value!r} is neither sqlite:///... nor postgresql://...")
    return dict(dj_database_url.parse(value, conn_max_age=60, conn_health_checks=True))


def read() -> dict[str, Any]:
    """Every setting that comes from outside, by its variable's name. Raises SystemExit(2) with one line."""
    env = Env(eager=False)
    port = validate.Range(min=1, max=65535)
    values: dict[str, Any] = {
        "DEBUG": env.bool("DEBUG", False),
        "SECRET_KEY": env.str("SECRET_KEY", ""),
        "ENCRYPTION_KEYS": env.list("ENCRYPTION_KEYS", []),
        "DATABASE_URL": env.str("DATABASE_URL", f"sqlite:///{ROOT / 'var' / 'db.sqlite3'}"),
        "REDIS_URL": env.str("REDIS_URL", "redis://127.0.0.1:6379/0", validate=_is_redis_url),
        "MATON_API_KEY": env.str("MATON_API_KEY", ""),
        "MATON_GATEWAY_URL": env.str("MATON_GATEWAY_URL", "https://gateway.maton.ai", validate=_is_http_url),
        "MATON_CONTROL_URL": env.str("MATON_CONTROL_URL", "https://ctrl.maton.ai", validate=_is_http_url),
        "MATON_CONNECT_HOSTS": env.list("MATON_CONNECT_HOSTS", ["connect.maton.ai"]),
        "KLAVIYO_REVISION": env.str("KLAVIYO_REVISION", "2026-07-15", validate=_is_revision),
        "PORT": env.int("PORT", 8000, validate=port),
        "SANDBOX_PORT": env.int("SANDBOX_PORT", 8900, validate=port),
        "SITE_URL": env.str("SITE_URL", ""),
        "ALLOWED_HOSTS": env.list("ALLOWED_HOSTS", []),
        "TRUSTED_PROXIES": env.int("TRUSTED_PROXIES", 0),
        "EMAIL_URL": env.str("EMAIL_URL", "consolemail://"),
        "DEFAULT_FROM_EMAIL": env.str("DEFAULT_FROM_EMAIL", "dashboard@localhost"),
        "SENDS_PAUSED": env.bool("SENDS_PAUSED", False),
        "INSTALLATION_ID": env.str("INSTALLATION_ID", ""),
        "SECOND_PERSON_ABOVE": env.int("SECOND_PERSON_ABOVE", 10_000, validate=validate.Range(min=0)),
        "SEND_QUIET_S": env.float("SEND_QUIET_S", 600, validate=validate.Range(min=1)),
        "LOG_LEVEL": env.str("LOG_LEVEL", "INFO", validate=validate.OneOf(["DEBUG", "INFO", "WARNING", "ERROR"])),
    }
    try:
        env.seal()
    except EnvError as error:
        stop(" ".join(str(error).split()))
    return values
