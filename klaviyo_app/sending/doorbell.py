"""Rings for a send once the row is committed. A bell that nobody hears costs seconds: the sweep reads the database."""

from __future__ import annotations

import structlog
from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

log = structlog.get_logger("sending")


def ring(intent_id: int) -> None:
    """Ask a worker to attend to the send, after the transaction."""
    transaction.on_commit(lambda: _ring(intent_id))


def _ring(intent_id: int) -> None:
    try:
        current_app.send_task("klaviyo_app.sending.tasks.attend", [intent_id], queue="send", retry=False, expires=60)
    except (OperationalError, OSError) as error:
        log.warning("nobody heard the bell", intent=intent_id, error=type(error).__name__)
