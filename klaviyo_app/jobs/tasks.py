"""The sweep of jobs: rings for what is due or was left by a dead worker; and what is kept for a day goes."""

from __future__ import annotations

from datetime import timedelta

from celery import shared_task
from django.utils import timezone
from django_scopes import scopes_disabled

from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, Selection
from klaviyo_app.pages.models import Receipt

KEPT = timedelta(days=1)


@shared_task(name="klaviyo_app.jobs.tasks.sweep")
def sweep() -> None:
    """Ring for every open job that is due and that nobody works on."""
    now = timezone.now()
    with scopes_disabled():
        due = Job.objects.filter(work.free(now), state__in=work.OPEN, next_at__lte=now)
        for job in due.order_by("next_at")[:100]:
            work.ring(job)


@shared_task(name="klaviyo_app.jobs.tasks.tidy")
def tidy() -> None:
    """Delete receipts of forms and frozen selections that are older than a day."""
    long_ago = timezone.now() - KEPT
    with scopes_disabled():
        Receipt.objects.filter(made_at__lt=long_ago).delete()
        Selection.objects.filter(created_at__lt=long_ago).delete()
