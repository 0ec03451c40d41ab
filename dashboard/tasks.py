"""The site's own periodic task."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from celery import shared_task
from django.utils import timezone

from dashboard.health.checks import beat


@shared_task(name="dashboard.tasks.beat_alive", bind=True)
def beat_alive(self: Any) -> None:
    """Write the heartbeat rows: a beat or worker that fell silent is seen on /health/ready."""
    rang = (self.request.headers or {}).get("sent_at")
    beat(sent_at=datetime.fromtimestamp(rang, UTC) if rang else None, now=timezone.now())
