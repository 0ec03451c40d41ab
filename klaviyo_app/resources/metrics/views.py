"""Pages of metrics: all of them, one with its numbers as chart, table and file, and what hangs on it."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from dashboard.jinja_filters import when
from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.mirror.sync import age
from klaviyo_app.pages import Column, MirrorRows, Table, detail, listing, show
from klaviyo_app.pages.showing import status_of, wants_part
from klaviyo_app.pages.spreadsheet import safe
from klaviyo_app.resources.metrics import uses
from klaviyo_app.resources.metrics.filters import INTEGRATION, MetricFilter
from klaviyo_app.resources.metrics.forms import NumbersForm, initial
from klaviyo_app.resources.metrics.intervals import parts
from klaviyo_app.resources.metrics.models import Metric
from klaviyo_app.resources.metrics.naming import named
from klaviyo_app.resources.metrics.numbers import UNIQUE, Numbers, Question, ask

Cut = tuple[datetime | None, datetime | None]  # what of an interval is counted: from, to
COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column(INTEGRATION, gettext_lazy("Comes from")),
    Column("updated_at", gettext_lazy("Changed"), cell="when", sort="updated_at", narrow=True),
)


def row_of(account: Account, klaviyo_id: str) -> Metric:
    """The mirrored metric, or 404."""
    row: Metric = get_object_or_404(Metric, klaviyo_id=klaviyo_id, account=account, gone_at=None)
    return row


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """All metrics."""
    rows = MirrorRows(
        Metric.objects.filter(account=account, gone_at=None), values=("klaviyo_id", "name", INTEGRATION, "updated_at")
    )
    base = reverse("metrics", kwargs={"account_id": account.pk})
    return listing(
        request,
        template="metrics/index.html",
        rows=rows,
        table=Table(COLUMNS, "name", row_url=lambda row: f"{base}{row['klaviyo_id']}/"),
        filters=MetricFilter(request.GET, queryset=rows.queryset),
        context={"kind": "metric", "age": age(account, "metric")},
    )


def _form(request: HttpRequest, account: Account) -> NumbersForm:
    """What the address asks for; what it leaves open is the last thirty days, day by day."""
    today = datetime.now(ZoneInfo(account.time_zone)).date()
    asked = {name: request.GET[name] for name in NumbersForm.base_fields if name in request.GET}
    return NumbersForm({**{name: str(value) for name, value in initial(today).items()}, **asked})


@require_GET
@account_page
def metric(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """One metric; its numbers and its uses come by parts of their own, live."""
    form = _form(request, account)
    form.is_valid()
    context = {"row": row_of(account, klaviyo_id), "form": form, "query": request.GET.urlencode()}
    return detail(request, template="metrics/detail.html", context=context)


def _question(account: Account, klaviyo_id: str, asked: dict[str, Any]) -> Question:
    names = ("measurement", "interval", "since", "until", "by")
    return Question(metric_id=klaviyo_id, zone=account.time_zone, **{name: asked[name] for name in names})


@require_GET
@account_page
def numbers(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """The chart and its table, from one call."""
    row, form = row_of(account, klaviyo_id), _form(request, account)
    context: dict[str, Any] = {"row": row, "form": form, "query": request.GET.urlencode(), "problem": None}
    context |= {"numbers": None, "zone": account.time_zone}
    if not form.is_valid():
        return show(request, "metrics/numbers.html", context, status=200 if wants_part(request) else 422)
    asked = form.cleaned_data
    try:
        found = _answer(account, klaviyo_id, asked)
    except GatewayError as error:
        context["problem"] = error
        return show(request, "metrics/numbers.html", context, status=200 if wants_part(request) else status_of(error))
    cut = _cut(account, found, asked)
    context |= {
        "numbers": found,
        "cut": {place: _in_words(account, cut[place]) for place in cut},
        "hourly": asked["interval"] == "hour",
        "measure": dict(form.fields["measurement"].choices)[asked["measurement"]],  # type: ignore[attr-defined]
        "unique": asked["measurement"] == UNIQUE,
        "money": account.currency if asked["measurement"] == "sum_value" else "",
        "nameless": _nameless(row, asked),
        "chart": chart_of(found, _nameless(row, asked), sorted(cut)),
    }
    return show(request, "metrics/numbers.html", context)


def _answer(account: Account, klaviyo_id: str, asked: dict[str, Any]) -> Numbers:
    """The numbers that a valid form asks for, with names where Klaviyo gives ids. Raises GatewayError."""
    client = client_for(account)
    found = ask(client, _question(account, klaviyo_id, asked), asked["until"] + timedelta(days=1))
    return named(found, account, client, asked["by"])


def _cut(account: Account, found: Numbers, asked: dict[str, Any]) -> dict[int, Cut]:
    """The intervals that are not whole."""
    now = datetime.now(ZoneInfo(account.time_zone))
    return parts(found.moments, asked["interval"], asked["since"], asked["until"], now)


def _in_words(account: Account, cut: Cut) -> str:
    """Such as "only from 4 Nov 2026", "so far" or "only until 20 Nov 2026"."""
    zone = ZoneInfo(account.time_zone)
    since, until = cut
    found = []
    if since is not None:
        found.append(_("only from %(day)s") % {"day": day_of(since.replace(tzinfo=zone))})
    if until is not None:
        midnight = until.time() == time()  # the end of the last day asked for; else it is now
        last = day_of((until - timedelta(days=1)).replace(tzinfo=zone))
        found.append(_("only until %(day)s") % {"day": last} if midnight else _("so far"))
    return ", ".join(found)


def _nameless(row: Metric, asked: dict[str, Any]) -> str:
    """What the line without a name is called: the metric itself, or, among groups, those that have none."""
    return _("(none)") if asked["by"] else str(row.name)


def day_of(at: datetime) -> str:
    """Such as "4 Nov 2026", not to be broken; in the zone that `at` has."""
    return when(at, str(at.tzinfo)).split(",", maxsplit=1)[0]


def chart_of(found: Numbers, name: str, cut: Sequence[int] = ()) -> str:
    """What static/chart.js draws: wall-clock seconds of the account's zone as if they were UTC, and the lines.

    `cut`: the places whose interval is not whole; they are drawn otherwise.
    """
    seconds = [int(at.replace(tzinfo=None).replace(tzinfo=ZoneInfo("UTC")).timestamp()) for at in found.moments]
    lines = [{"name": one.name or name, "values": list(one.values)} for one in found.shown]
    return orjson.dumps({"at": seconds, "lines": lines, "cut": list(cut)}).decode()


@require_GET
@account_page
def as_file(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """The same numbers as CSV, with every group."""
    row, form = row_of(account, klaviyo_id), _form(request, account)
    if not form.is_valid():
        return show(
            request,
            "metrics/detail.html",
            {"row": row, "form": form, "query": request.GET.urlencode()},
            status=422,
        )
    asked = form.cleaned_data
    found = _answer(account, klaviyo_id, asked)
    cut = _cut(account, found, asked)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="metric-{timezone.localdate().isoformat()}.csv"'
    written = csv.writer(response)
    written.writerow(
        [
            _("Begins (%(zone)s)") % {"zone": account.time_zone},
            *(safe(one.name or _nameless(row, asked)) for one in found.series),
            _("Not whole"),
        ]
    )
    for place, at in enumerate(found.moments):
        note = _in_words(account, cut[place]).replace("\u00a0", " ") if place in cut else ""
        written.writerow([at.strftime("%Y-%m-%d %H:%M"), *(one.values[place] for one in found.series), note])
    return response


@require_GET
@account_page
def used_by(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """Flows that it starts, segments that speak of it, and what its events carry."""
    row = row_of(account, klaviyo_id)
    context: dict[str, Any] = {"row": row, "segments": uses.segments(account, klaviyo_id)}
    context |= {"flows": [], "properties": [], "problem": None, "unknown": False}
    try:
        client = client_for(account)
        context |= {"flows": uses.flows(client, klaviyo_id), "properties": uses.properties(client, klaviyo_id)}
    except GatewayError as error:
        context["problem"] = error
    return show(request, "metrics/uses.html", context)
