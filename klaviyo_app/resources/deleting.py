"""Delete the rows of a frozen selection by a job: one call each, a result each."""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, RowState
from klaviyo_app.mirror.models import Mirrored


def delete_each(job: Job, client: Client, model: type[Mirrored], delete: Callable[..., None]) -> None:
    """Go on with a claimed job; `delete` is the service (row, client, by, now). A broken line lets it go on later."""
    while work.still_mine(job) and (rows := work.take(job, 1)):
        row = model.objects.filter(account=job.account, klaviyo_id=rows[0].payload["id"], gone_at=None).first()
        if row is None or job.asked_by is None:
            work.settle(rows, RowState.SKIPPED, "It is gone already.")
            continue
        try:
            delete(row, client=client, by=job.asked_by, now=timezone.now())
        except GatewayError as error:
            if work.passing(error):
                work.wait_for(job, error)
                return
            work.settle(rows, RowState.REFUSED, f"{error.sentence} {error.detail}")
        else:
            work.settle(rows, RowState.DONE)
    work.finish(job)
