"""Doorbells of catalogs' jobs."""

from __future__ import annotations

from celery import shared_task

from klaviyo_app.jobs.claiming import claimed
from klaviyo_app.resources.catalogs import bulk, membership


@shared_task(name=bulk.TASK)
def act_on_many(job_id: int) -> None:
    """Publish, hide or delete what was planned."""
    with claimed(job_id) as found:
        if found:
            bulk.step(*found)


@shared_task(name=membership.TASK)
def change_category(job_id: int) -> None:
    """Put items into a category, or take them out."""
    with claimed(job_id) as found:
        if found:
            membership.run(*found)
