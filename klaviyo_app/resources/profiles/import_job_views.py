"""Klaviyo's own import jobs of the last seven days, whoever began them, and the errors of one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from dashboard.jinja_filters import when
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.pages import Column, Table
from klaviyo_app.pages.live import live_listing
from klaviyo_app.pages.statuses import Pill
from klaviyo_app.resources.lists.models import KlaviyoList
from klaviyo_app.resources.profiles.import_results import marks_of
from klaviyo_app.resources.profiles.views import address
from klaviyo_app.resources.segments.names import choices_of

STATES = {
    "queued": Pill(gettext_lazy("Waiting"), "neutral", "clock"),
    "processing": Pill(gettext_lazy("Running"), "info", "loader"),
    "complete": Pill(gettext_lazy("Done"), "good", "circle-check"),
    "cancelled": Pill(gettext_lazy("Cancelled"), "warning", "ban"),
}
COLUMNS = (
    Column("name", gettext_lazy("Import")),
    Column("state", gettext_lazy("State"), cell="status"),
    Column("total", gettext_lazy("Profiles"), cell="number", align="end"),
    Column("done", gettext_lazy("Imported"), cell="number", align="end"),
    Column("failed", gettext_lazy("With errors"), cell="number", align="end"),
    Column("lists", gettext_lazy("List")),
    Column("ended", gettext_lazy("Ended"), cell="when", narrow=True),
)
ERRORS = (
    Column("person", gettext_lazy("Person")),
    Column("why", gettext_lazy("What Klaviyo says")),
    Column("place", gettext_lazy("Where"), narrow=True),
)


def _state(attributes: Mapping[str, Any]) -> Pill:
    status = str(attributes.get("status") or "")
    return STATES.get(status) or Pill(status or _("Not known"), "neutral", "help-circle")


def _row(job: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    attributes = job["attributes"]
    into = ((job.get("relationships") or {}).get("lists") or {}).get("data") or []
    made = moment(attributes.get("created_at"))
    return {
        "id": job["id"],
        "name": when(made) if made else job["id"],
        "made": made,
        "state": _state(attributes),
        "total": attributes.get("total_count") or 0,
        "done": attributes.get("completed_count") or 0,
        "failed": attributes.get("failed_count") or 0,
        "lists": ", ".join(names.get(str(one["id"]), str(one["id"])) for one in into),
        "ended": moment(attributes.get("completed_at")),
    }


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """The newest first."""
    names = dict(choices_of(KlaviyoList, account))
    return live_listing(
        request,
        account,
        template="profiles/import_jobs.html",
        operation="get_bulk_import_profiles_jobs",
        query=Query(sort="-created_at", page_size=50),
        row_of=lambda one: _row(one, names),
        table=Table(COLUMNS, "name", row_url=lambda row: address("profile-import-job", account, job_id=row["id"])),
    )


@require_GET
@account_page
def errors(request: HttpRequest, account: Account, job_id: str) -> HttpResponse:
    """One job, and the rows that Klaviyo could not take."""
    job = client_for(account).call("get_bulk_import_profiles_job", path={"job_id": job_id}).data
    return live_listing(
        request,
        account,
        template="profiles/import_job.html",
        operation="get_errors_for_bulk_import_profiles_job",
        path={"id": job_id},
        query=Query(page_size=100),
        row_of=_error,
        table=Table(ERRORS, "person"),
        context={"job": _row(job, dict(choices_of(KlaviyoList, account)))},
    )


def _error(one: Mapping[str, Any]) -> dict[str, str]:
    attributes = one["attributes"]
    payload = attributes.get("original_payload") or {}
    marks = marks_of(payload.get("attributes") or payload)
    return {
        "person": marks[0][1] if marks else "",
        "why": str(attributes.get("detail") or attributes.get("title") or attributes.get("code") or ""),
        "place": str((attributes.get("source") or {}).get("pointer") or ""),
    }
