"""Doorbells of lists' jobs."""

from __future__ import annotations

from celery import shared_task

from klaviyo_app.jobs.claiming import claimed
from klaviyo_app.resources.deleting import delete_each
from klaviyo_app.resources.lists import people, services
from klaviyo_app.resources.lists.models import KlaviyoList


@shared_task(name=services.PEOPLE_TASK)
def change_people(job_id: int) -> None:
    """Add people to a list, or take them out."""
    with claimed(job_id) as found:
        if found:
            people.run(*found)


@shared_task(name=services.DELETE_TASK)
def delete_lists(job_id: int) -> None:
    """Delete the lists of a frozen selection."""
    with claimed(job_id) as found:
        if found:
            delete_each(*found, KlaviyoList, services.delete_list)
