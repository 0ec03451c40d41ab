"""Whose database this is: an identity outside it must match the row in it, or nothing leaves.

A database that was restored on another machine, or copied to staging, finds no match; an admin confirms it then.
"""

from __future__ import annotations

import os
import uuid
from datetime import datetime
from pathlib import Path

from django.conf import settings

from klaviyo_app.sending.models import Installation


def _file() -> Path:
    return Path(settings.INSTALLATION_FILE)


def outside_identity() -> str:
    """INSTALLATION_ID, else what the file in var/ says, else ""."""
    if settings.INSTALLATION_ID:
        return str(settings.INSTALLATION_ID)
    try:
        return _file().read_text(encoding="ascii").strip()
    except OSError:
        return ""


def _write_file(identity: str) -> str:
    """Writes the file unless somebody was faster; returns what it says now."""
    path = _file()
    path.parent.mkdir(parents=True, exist_ok=True)
    own = path.with_suffix(f".{uuid.uuid4().hex}")
    own.write_text(identity + "\n", encoding="ascii")
    try:
        os.link(own, path)
    except FileExistsError:
        pass
    finally:
        own.unlink()
    return outside_identity()


def matches(now: datetime) -> bool:
    """Whether row and identity agree. The very first call of a new installation writes both."""
    row = Installation.objects.filter(pk=1).first()
    outside = outside_identity()
    if row is None:
        outside = outside or _write_file(uuid.uuid4().hex)
        row, _made = Installation.objects.get_or_create(pk=1, defaults={"identity": outside, "written_at": now})
    return bool(outside) and row.identity == outside


def confirm(now: datetime) -> None:
    """A person says that this is the one true installation: the row takes the identity from outside."""
    outside = outside_identity() or _write_file(uuid.uuid4().hex)
    Installation.objects.update_or_create(pk=1, defaults={"identity": outside, "written_at": now})
