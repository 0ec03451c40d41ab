"""The doorbell of code generation."""

from __future__ import annotations

from celery import shared_task

from klaviyo_app.jobs.claiming import claimed
from klaviyo_app.resources.coupons import generation


@shared_task(name=generation.TASK)
def make_codes(job_id: int) -> None:
    """Claim the job and go on with it."""
    with claimed(job_id) as found:
        if found:
            generation.step(*found)
