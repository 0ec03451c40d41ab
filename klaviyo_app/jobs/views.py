"""Jobs: the list, one with its progress, cancel, and the refused rows as a file."""

from __future__ import annotations

import csv

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.jobs import work
from klaviyo_app.jobs.models import Job, JobRow, JobState, RowState
from klaviyo_app.pages import Column, MirrorRows, Table, detail, listing
from klaviyo_app.pages.once import see_other
from klaviyo_app.pages.spreadsheet import safe
from klaviyo_app.pages.statuses import Pill

STATES = {
    JobState.READY: Pill(_("Waiting"), "neutral", "clock"),
    JobState.RUNNING: Pill(_("Running"), "info", "loader"),
    JobState.HELD: Pill(_("Held"), "warning", "player-pause"),
    JobState.DONE: Pill(_("Done"), "good", "circle-check"),
    JobState.CANCELLED: Pill(_("Cancelled"), "warning", "ban"),
    JobState.FAILED: Pill(_("Failed"), "bad", "alert-triangle"),
}
ROW_STATES = {
    RowState.WAITING: Pill(_("Waiting"), "neutral", "clock"),
    RowState.SENT: Pill(_("On its way"), "info", "loader"),
    RowState.DONE: Pill(_("Done"), "good", "circle-check"),
    RowState.SKIPPED: Pill(_("Nothing to do"), "neutral", "minus"),
    RowState.REFUSED: Pill(_("Refused"), "bad", "x"),
    RowState.UNKNOWN: Pill(_("Not known"), "warning", "help-circle"),
}
COLUMNS = (
    Column("title", _("Job"), sort="title"),
    Column("state", _("State"), cell="status", sort="state"),
    Column("total", _("Rows"), cell="number", sort="total", align="end"),
    Column("created_at", _("Asked"), cell="when", sort="created_at", narrow=True),
)
ROWS_SHOWN = 200


def _with_states(rows: list[dict[str, object]]) -> None:
    for row in rows:
        row["state"] = STATES[JobState(str(row["state"]))]


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All jobs of the account, newest first."""
    rows = MirrorRows(
        Job.objects.filter(account=account),
        values=("title", "state", "total", "created_at"),
        search=("title",),
        finish=_with_states,
    )
    table = Table(COLUMNS, "-created_at", row_url=lambda row: f"/a/{account.pk}/jobs/{row['pk']}/")
    return listing(request, template="jobs/index.html", rows=rows, table=table)


@require_GET
@account_page
def show(request: HttpRequest, account: Account, job_id: int) -> HttpResponse:
    """One job; htmx asks for the progress alone while it runs."""
    job: Job = get_object_or_404(Job.objects.select_related("asked_by"), pk=job_id, account=account)
    wanted = request.GET.get("rows", "")
    rows = job.rows.filter(state=wanted) if wanted in RowState.values else job.rows.all()
    shown = list(rows.order_by("position")[:ROWS_SHOWN])
    context = {
        "job": job,
        "pill": STATES[JobState(job.state)],
        "progress": work.progress(job),
        "open": job.state in work.OPEN,
        "rows": [{"key": row.key, "detail": row.detail, "pill": ROW_STATES[RowState(row.state)]} for row in shown],
        "row_states": ROW_STATES,
        "wanted": wanted,
        "shown": ROWS_SHOWN,
    }
    return detail(request, template="jobs/show.html", context=context)


@require_POST
@account_page
def cancel(request: HttpRequest, account: Account, job_id: int) -> HttpResponse:
    """Ask a job to stop."""
    job = get_object_or_404(Job, pk=job_id, account=account)
    work.cancel(job, by=request.user)  # type: ignore[arg-type]
    return see_other(reverse("job", kwargs={"account_id": account.pk, "job_id": job.pk}))


@require_GET
@account_page
def refused(_request: HttpRequest, account: Account, job_id: int) -> HttpResponse:
    """The rows that were refused or are not known, with the reason, as CSV."""
    job = get_object_or_404(Job, pk=job_id, account=account)
    return _as_csv(job, job.rows.filter(state__in=[RowState.REFUSED, RowState.UNKNOWN]), "refused")


@require_GET
@account_page
def every_row(_request: HttpRequest, account: Account, job_id: int) -> HttpResponse:
    """All rows with what came of them, as CSV."""
    job = get_object_or_404(Job, pk=job_id, account=account)
    return _as_csv(job, job.rows.all(), "rows")


def _as_csv(job: Job, rows: QuerySet[JobRow], name: str) -> HttpResponse:
    """One line a row. `row` is its number in the file that it came from, where it came from one."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="job-{job.pk}-{name}.csv"'
    written = csv.writer(response)
    written.writerow(["row", "key", "state", "detail"])
    values = rows.order_by("position").values_list("position", "payload__row", "key", "state", "detail")
    for position, number, key, state, why in values.iterator(chunk_size=1000):
        written.writerow([number or position + 1, safe(key), state, safe(why)])
    return response
