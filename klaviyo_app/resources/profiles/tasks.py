"""The doorbell of importing profiles."""

from __future__ import annotations

from celery import shared_task

from klaviyo_app.jobs.claiming import claimed
from klaviyo_app.resources.profiles import importing


@shared_task(name=importing.TASK)
def import_profiles(job_id: int) -> None:
    """Claim the job and go on with it."""
    with claimed(job_id) as found:
        if found:
            importing.step(*found)
