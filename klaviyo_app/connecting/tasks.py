"""Doorbells of connect attempts."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone
from django_scopes import scopes_disabled

from klaviyo_app.connecting import services, states
from klaviyo_app.connecting.models import Attempt

log = structlog.get_logger("connecting")
PUT_OFF = timedelta(seconds=30)
EARLY = timedelta(seconds=0.5)  # a doorbell that rings so much before the time is on time


@shared_task(name="klaviyo_app.connecting.tasks.go_on")
def go_on(attempt_id: int) -> None:
    """Advance an attempt whose time has come, and ring again for its next look while somebody waits for it."""
    with scopes_disabled():
        attempt = Attempt.objects.filter(pk=attempt_id).first()
    if attempt is None or attempt.next_look_at is None or attempt.next_look_at > timezone.now() + EARLY:
        return  # somebody else was here, and rings
    attempt = services.go_on(attempt_id)
    if attempt.state in states.MOVING:
        services.ring(attempt)


@shared_task(name="klaviyo_app.connecting.tasks.sweep")
def sweep() -> None:
    """Advance every attempt whose time has come and that nobody works on. One that fails stops no other team's."""
    for attempt_id in services.due(timezone.now()):
        try:
            services.go_on(attempt_id)
        except Exception:
            log.exception("an attempt could not go on", attempt=attempt_id)
            with scopes_disabled():
                Attempt.objects.filter(pk=attempt_id).update(next_look_at=timezone.now() + PUT_OFF)
