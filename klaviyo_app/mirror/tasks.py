"""Doorbells of the mirror."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone
from django_scopes import scope, scopes_disabled

from klaviyo_app.accounts.models import Account
from klaviyo_app.mirror import sync


@shared_task(name="klaviyo_app.mirror.tasks.read")
def read(account_id: int, kind: str) -> None:
    """Read one kind of one account."""
    with scopes_disabled():
        account = Account.objects.select_related("team").filter(pk=account_id).first()
    model = sync.mirrored().get(kind)
    if account is None or model is None or not account.connected:
        return
    with scope(team=account.team, account=account):
        sync.read_kind(account, model)


@shared_task(name="klaviyo_app.mirror.tasks.sweep")
def sweep() -> None:
    """Ring for every copy whose time has come."""
    with scopes_disabled():
        waiting = list(sync.due(timezone.now()))
    for account_id, kind in waiting:
        sync.call(account_id, kind)
