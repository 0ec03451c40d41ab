"""Old deliveries are forgotten."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone
from django_scopes import scopes_disabled

from klaviyo_app.resources.webhooks import receiving


@shared_task(name="klaviyo_app.resources.webhooks.tasks.tidy")
def tidy() -> None:
    """Forget what is older than a month."""
    with scopes_disabled():
        receiving.sweep(timezone.now())
