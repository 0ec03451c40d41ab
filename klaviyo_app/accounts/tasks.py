"""Doorbells of accounts: heartbeats, and keeping the list of recent calls short."""

from __future__ import annotations

from datetime import timedelta

import structlog
from celery import shared_task
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from klaviyo_app.accounts import calls, health
from klaviyo_app.accounts.models import Account

log = structlog.get_logger("accounts")
AT_ONCE = timedelta(minutes=2)


@shared_task(name="klaviyo_app.accounts.tasks.heartbeats")
def heartbeats() -> None:
    """The heartbeat of every account whose time has come; each is claimed by putting its next one off."""
    now = timezone.now()
    with scopes_disabled():
        due = list(
            Account.objects.select_related("team").filter(next_heartbeat_at__lte=now).exclude(connection_id=None)[:50]
        )
        mine = [
            one
            for one in due
            if Account.objects.filter(pk=one.pk, next_heartbeat_at=one.next_heartbeat_at).update(
                next_heartbeat_at=now + AT_ONCE
            )
        ]
        for account in mine:
            try:
                with scope(team=account.team, account=account):
                    health.heartbeat(account, now=timezone.now)
                    calls.prune(account)
            except Exception:  # a stored key that no longer opens, for instance: the others' health must still be known
                log.exception("no heartbeat", account=account.pk)
