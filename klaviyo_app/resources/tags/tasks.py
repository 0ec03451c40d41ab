"""Doorbells of tags' jobs."""

from __future__ import annotations

from celery import shared_task

from klaviyo_app.jobs.claiming import claimed
from klaviyo_app.resources.tags import many


@shared_task(name=many.TASK)
def tag_many(job_id: int) -> None:
    """Put a tag on the things of a frozen selection, or take it off."""
    with claimed(job_id) as found:
        if found:
            many.run(*found)
