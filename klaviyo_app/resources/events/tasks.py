"""The doorbell of recording many events."""

from __future__ import annotations

from celery import shared_task

from klaviyo_app.jobs.claiming import claimed
from klaviyo_app.resources.events import recording


@shared_task(name=recording.TASK)
def record(job_id: int) -> None:
    """Claim the job and go on with it."""
    with claimed(job_id) as found:
        if found:
            recording.step(*found)
