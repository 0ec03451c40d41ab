"""Doorbells of segments' jobs."""

from __future__ import annotations

from celery import shared_task

from klaviyo_app.jobs.claiming import claimed
from klaviyo_app.resources.deleting import delete_each
from klaviyo_app.resources.segments import services
from klaviyo_app.resources.segments.models import Segment


@shared_task(name=services.DELETE_TASK)
def delete_segments(job_id: int) -> None:
    """Delete the segments of a frozen selection."""
    with claimed(job_id) as found:
        if found:
            delete_each(*found, Segment, services.delete_segment)
