"""Long work as rows: plan it, claim it, do a batch, settle its rows, cancel it.

A batch is: mark the rows, commit, call, settle the rows, commit. Progress is the count of rows by state.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Count, F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from dashboard import audit
from dashboard.celery import app
from dashboard.teams.models import User
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.errors import (
    GatewayError,
    GrantRefused,
    KeyRefused,
    NotConnected,
    OutcomeUnknown,
    TooMany,
    Unreachable,
    Upstream,
)
from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState

log = structlog.get_logger("jobs")
LEASE_S = 20.0  # renewed every RENEW_S by the worker that has the job (claiming.py)
RENEW_S = 5.0
HELD_S = 60.0  # how often a held job looks whether the connection is back
EARLY = timedelta(seconds=0.5)  # a doorbell may ring a little before the clock says so
MOST_MARKED = 5000
SLOWEST_LOOK_S = 30.0
MOST_TROUBLE = 20  # tries in a row that moved nothing, before a person is told
OPEN = (JobState.READY, JobState.RUNNING, JobState.HELD)
ENDED = (JobState.DONE, JobState.CANCELLED, JobState.FAILED)
# What a person reads as "through": everything but waiting and on its way.
SETTLED = (RowState.DONE, RowState.SKIPPED, RowState.REFUSED, RowState.UNKNOWN)


@dataclass(frozen=True, slots=True)
class Progress:
    """Rows by state."""

    total: int
    by_state: Mapping[str, int]

    @property
    def through(self) -> int:
        """Rows that are settled, well or badly."""
        return sum(self.by_state.get(state, 0) for state in SETTLED)

    @property
    def percent(self) -> int:
        """0 to 100, rounded down."""
        return 100 * self.through // self.total if self.total else 100


def plan(
    account: Account,
    *,
    kind: str,
    task: str,
    title: str,
    rows: Iterable[tuple[str, Mapping[str, Any]]],
    options: Mapping[str, Any] | None = None,
    calls: int = 0,
    asked_by: User,
) -> Job:
    """Store a job with its rows and ring for it when the transaction is through. `task`: the Celery task of it."""
    with transaction.atomic():
        job = Job.objects.create(
            account=account,
            kind=kind,
            task=task,
            title=title[:300],
            options=dict(options or {}),
            calls=calls,
            asked_by=asked_by,
            next_at=timezone.now(),
        )
        made = (
            JobRow(job=job, position=position, key=key[:300], payload=dict(payload))
            for position, (key, payload) in enumerate(rows)
        )
        total = 0
        while batch := list(islice(made, 1000)):
            total += len(JobRow.objects.bulk_create(batch))
        Job.objects.filter(pk=job.pk).update(total=total)
        job.total = total
        audit.record(
            team=account.team,
            actor=asked_by,
            action="job.planned",
            target=job.title,
            account_id=account.pk,
            after={"kind": kind, "rows": total},
        )
        transaction.on_commit(lambda: ring(job))
    return job


def ring(job: Job, *, after_s: float = 0) -> None:
    """Wake a worker now or a little later; with the broker away the sweep does it."""
    try:
        app.send_task(job.task, [job.pk], retry=False, countdown=after_s or None)
    except Exception as error:  # noqa: BLE001  any broker trouble: the row is there
        log.warning("doorbell", job=job.pk, error=type(error).__name__)


def claim(job_id: int, *, lease_s: float = LEASE_S) -> Job | None:
    """Take an open job that is due and that nobody works on; None where somebody does, or it has ended."""
    now = timezone.now()
    due = {"state__in": OPEN, "next_at__lte": now + EARLY}
    taken = Job.objects.filter(free(now), pk=job_id, **due).update(
        state=JobState.RUNNING, lease_until=now + timedelta(seconds=lease_s), fence=F("fence") + 1, error=""
    )
    if not taken:
        return None
    Job.objects.filter(pk=job_id, started_at=None).update(started_at=now)
    return Job.objects.select_related("account__team", "asked_by").get(pk=job_id)


def free(now: datetime) -> Q:
    """Jobs that nobody works on: never leased, given back, or left by a dead worker."""
    return Q(lease_until=None) | Q(lease_until__lt=now)


def mine(job: Job) -> QuerySet[Job]:
    """The job's row, as long as no other worker has taken over."""
    return Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING)


def still_mine(job: Job, *, lease_s: float = LEASE_S) -> bool:
    """Renew the lease. False where another worker has taken over, or a person has cancelled: call `finish` then.

    What is on its way when a person cancels is followed to its end first; `take` begins nothing new meanwhile.
    """
    until = timezone.now() + timedelta(seconds=lease_s)
    if not mine(job).update(lease_until=until):
        return False
    cancelled = mine(job).exclude(cancel_asked_at=None).exists()
    return not cancelled or job.rows.filter(state=RowState.SENT).exists()


def renew(job: Job, *, lease_s: float = LEASE_S) -> None:
    """Keep the lease of a job that is still ours."""
    until = timezone.now() + timedelta(seconds=lease_s)
    Job.objects.filter(pk=job.pk, fence=job.fence, state=JobState.RUNNING).exclude(lease_until=None).update(
        lease_until=until
    )


def remember(job: Job, **facts: Any) -> None:
    """Keep something that the next worker needs, committed at once (Klaviyo's job id, for instance)."""
    job.memory = {**job.memory, **facts}
    Job.objects.filter(pk=job.pk, fence=job.fence).update(memory=job.memory)


def take(job: Job, most: int, *, fit: Callable[[list[JobRow]], list[JobRow]] | None = None) -> list[JobRow]:
    """The next rows, marked as on their way and committed. Rows that a dead worker left on their way come first.

    `fit` says how many of these one call can carry; the others stay unmarked. Empty where none is left, a person has
    cancelled, or another worker has taken over.
    """
    with transaction.atomic():
        # A write, so that a worker that takes over waits for the end of this transaction.
        if not mine(job).filter(cancel_asked_at=None).update(fence=job.fence):
            return []
        left = list(job.rows.filter(state=RowState.SENT).order_by("position")[:most])
        rows = left or list(job.rows.filter(state=RowState.WAITING).order_by("position")[:most])
        rows = fit(rows) if fit else rows
        _mark(rows, RowState.SENT)
    for row in rows:
        row.state = RowState.SENT
    return rows


def give_back(rows: Sequence[JobRow]) -> None:
    """Rows that were taken and of which Klaviyo certainly did nothing: they wait again."""
    _mark(rows, RowState.WAITING)


def settle(rows: Sequence[JobRow], state: RowState, detail: str = "") -> None:
    """The result of rows."""
    _mark(rows, state, detail=detail[:500])


def settle_each(results: Iterable[tuple[JobRow, RowState, str]]) -> None:
    """Results that differ from row to row: row, state and detail."""
    rows = []
    for row, state, detail in results:
        row.state, row.detail = state, detail[:500]
        rows.append(row)
    JobRow.objects.bulk_update(rows, ["state", "detail"], batch_size=200)


def _mark(rows: Sequence[JobRow], state: RowState, **more: str) -> None:
    """A state for many rows, in pieces that every database takes."""
    keys = [row.pk for row in rows]
    for start in range(0, len(keys), MOST_MARKED):
        JobRow.objects.filter(pk__in=keys[start : start + MOST_MARKED]).update(state=state, **more)


def put_off(job: Job, *, wait_s: float, state: JobState = JobState.READY, error: str = "") -> None:
    """Go on later: a doorbell for soon, the sweep for certain. Nobody sleeps in a worker."""
    later = timezone.now() + timedelta(seconds=wait_s)
    if mine(job).update(state=state, lease_until=None, next_at=later, error=error[:500]):
        ring(job, after_s=wait_s)


def next_look_s(job: Job) -> float:
    """How long to wait before Klaviyo is asked again after its job: each time a second more, up to SLOWEST_LOOK_S.

    Begin anew with remember(looks=0).
    """
    looks = int(job.memory.get("looks", 0)) + 1
    remember(job, looks=looks)
    return min(float(looks), SLOWEST_LOOK_S)


def finish(job: Job) -> None:
    """End a job: cancelled where a person asked for it, done otherwise. Rows that never left stay as they are."""
    cancelled = mine(job).exclude(cancel_asked_at=None).exists()
    _end(job, JobState.CANCELLED if cancelled else JobState.DONE, "")


def fail(job: Job, sentence: str) -> None:
    """End a job that cannot go on, with the reason for people."""
    _end(job, JobState.FAILED, sentence)


def _end(job: Job, state: JobState, sentence: str) -> None:
    ended = {"lease_until": None, "next_at": None, "finished_at": timezone.now(), "error": sentence[:500]}
    with transaction.atomic():
        if mine(job).update(state=state, **ended):
            left = job.rows.filter(state=RowState.SENT)
            left.update(state=RowState.UNKNOWN, detail=str(_("It was on its way when the job ended.")))


def cancel(job: Job, *, by: User) -> None:
    """Ask a job to stop: what has left is followed to its end, the rest is not begun. A second asking does nothing."""
    now = timezone.now()
    with transaction.atomic():
        asked = Job.objects.filter(pk=job.pk, state__in=OPEN, cancel_asked_at=None)
        if not asked.update(cancel_asked_at=now, next_at=now):
            return
        if not job.rows.filter(state=RowState.SENT).exists():
            idle = Job.objects.filter(free(now), pk=job.pk, state__in=OPEN)
            idle.update(state=JobState.CANCELLED, lease_until=None, next_at=None, finished_at=now)
        audit.record(
            team=job.account.team, actor=by, action="job.cancelled", target=job.title, account_id=job.account_id
        )
        transaction.on_commit(lambda: ring(job))


def progress(job: Job) -> Progress:
    """How far it is, from its rows."""
    counts = dict(job.rows.order_by().values_list("state").annotate(Count("pk")))
    return Progress(job.total, counts)


def passing(error: GatewayError) -> bool:
    """Whether it may well go on later: limits, a broken line, a broken connection."""
    if isinstance(error, Upstream):
        return error.passing
    return isinstance(error, TooMany | Unreachable | OutcomeUnknown | NotConnected | GrantRefused | KeyRefused)


def wait_for(job: Job, error: GatewayError) -> None:
    """Go on later after a failed call; a broken connection holds the job; what never passes ends it with the reason."""
    words = f"{error.sentence} {error.next_step}"
    if isinstance(error, NotConnected | GrantRefused | KeyRefused):
        if mine(job).exclude(cancel_asked_at=None).exists():
            finish(job)  # nobody can follow what is on its way
        else:
            put_off(job, wait_s=HELD_S, state=JobState.HELD, error=words)
    elif isinstance(error, TooMany):
        put_off(job, wait_s=error.wait_s, error=words)
    elif (count := _troubles(job)) > MOST_TROUBLE or not passing(error):
        fail(job, f"{error.sentence} {error.detail}")
    else:
        put_off(job, wait_s=1 if count <= 3 else 15, error=words)


def _troubles(job: Job) -> int:
    """How often in a row, this time included, nothing was moved: a row that was settled since begins anew."""
    through = progress(job).through
    count = int(job.memory.get("trouble", 0)) + 1 if job.memory.get("trouble_at") == through else 1
    remember(job, trouble=count, trouble_at=through)
    return count
