"""Doorbells. Losing one loses nothing; ringing ten times sends nothing twice."""

from __future__ import annotations

import time
from contextlib import suppress
from datetime import timedelta

import structlog
from celery import shared_task
from django.db import DatabaseError
from django.utils import timezone
from django_scopes import scopes_disabled

from klaviyo_app.sending import protocol, states
from klaviyo_app.sending.models import SendIntent
from klaviyo_app.sending.remote import Means
from klaviyo_app.sending.telling import tell_due

log = structlog.get_logger("sending")
PUT_OFF_S = 30


@shared_task(name="klaviyo_app.sending.tasks.attend", soft_time_limit=120, time_limit=180)
def attend(intent_id: int) -> None:
    """One send, one step."""
    protocol.attend(intent_id)


@shared_task(name="klaviyo_app.sending.tasks.sweep", soft_time_limit=300, time_limit=360)
def sweep() -> None:
    """Everything that is due and that nobody rang for. Reads the database only."""
    attend_due()


@shared_task(name="klaviyo_app.sending.tasks.tell", soft_time_limit=120, time_limit=180)
def tell() -> None:
    """Mail whom a send waits for. In a task of its own: a slow mail server must not hold up a send."""
    tell_due(timezone.now())


def _as_far_as_it_goes(intent_id: int, means: Means) -> None:
    """What died in mid-send is found, read back and followed in one sweep; whatever must wait for its time ends it."""
    seen: set[str] = set()
    while (state := protocol.attend(intent_id, means)) not in seen:
        seen.add(state)


def _put_off(intent_id: int, means: Means) -> None:
    """The longest waiting come first: those that always fail must not keep all others from their turn."""
    with suppress(DatabaseError), scopes_disabled():
        later = means.clock() + timedelta(seconds=PUT_OFF_S)
        SendIntent.objects.filter(pk=intent_id, state__in=states.SWEPT).update(next_look_at=later)


def attend_due(means: Means | None = None, *, at_most_s: float = 60) -> int:
    """Take every due send as far as it goes now; returns how many were looked at. One that fails stops no other."""
    means = means or Means()
    began, looked = time.monotonic(), 0
    for intent_id in protocol.due(means.clock):
        if time.monotonic() - began > at_most_s:
            break
        looked += 1
        try:
            _as_far_as_it_goes(intent_id, means)
        except Exception:
            log.exception("a send could not be attended to", intent=intent_id)
            _put_off(intent_id, means)
    return looked
