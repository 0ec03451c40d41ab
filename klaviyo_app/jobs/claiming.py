"""Around every job's task: claim it, open its scope, have its client; a held job where it cannot be had.

While the work goes on a thread renews the lease: it is short, so that a killed worker's job is taken up within seconds,
and yet no call is so long that another worker would take the job from a living one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connections
from django_scopes import scope, scopes_disabled

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.gateway.client import Client, Priority
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job


@contextmanager
def claimed(job_id: int) -> Iterator[tuple[Job, Client] | None]:
    """The claimed job and a client of background priority; None where somebody else works on it or it must wait."""
    with scopes_disabled():
        job = work.claim(job_id)
    if job is None:
        yield None
        return
    with scope(team=job.account.team, account=job.account):
        try:
            client = client_for(job.account, priority=Priority.BACKGROUND)
        except GatewayError as error:
            work.wait_for(job, error)
            yield None
            return
        with _renewed(job):
            yield job, client


@contextmanager
def _renewed(job: Job) -> Iterator[None]:
    """Keep the job's lease alive as long as this process and this block live."""
    over = threading.Event()

    def renew() -> None:
        while not over.wait(work.RENEW_S):
            try:
                with scopes_disabled():
                    work.renew(job)
            except Error:  # the next beat tries again; a lost lease is seen by still_mine
                continue
            finally:
                connections.close_all()

    thread = threading.Thread(target=renew, name=f"lease of job {job.pk}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
