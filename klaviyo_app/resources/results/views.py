"""The results page (campaigns and flows), and a campaign's own results as a part of its page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import Sum
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.pages import Column, MirrorRows, Table, listing
from klaviyo_app.pages.once import see_other
from klaviyo_app.pages.showing import show, status_of, wants_part
from klaviyo_app.resources.campaigns.models import Campaign
from klaviyo_app.resources.results import services, timeframes
from klaviyo_app.resources.results.models import Report, Result
from klaviyo_app.resources.results.reading import Problem, attempt, in_page

COLUMNS = (
    Column("name", gettext_lazy("Name"), sort="name_key"),
    Column("sent_at", gettext_lazy("Sent"), cell="when", sort="sent_at", narrow=True),
    Column("recipients", gettext_lazy("Recipients"), cell="number", sort="recipients", align="end", narrow=True),
    Column("open_rate", gettext_lazy("Opened"), cell="percent", sort="open_rate", align="end"),
    Column("click_rate", gettext_lazy("Clicked"), cell="percent", sort="click_rate", align="end", narrow=True),
    Column(
        "unsubscribe_rate",
        gettext_lazy("Unsubscribed"),
        cell="percent",
        sort="unsubscribe_rate",
        align="end",
        narrow=True,
    ),
    Column("conversions", gettext_lazy("Conversions"), cell="number", sort="conversions", align="end", narrow=True),
    Column("value", gettext_lazy("Revenue"), cell="money", sort="value", align="end"),
)
TABS = (("campaign", gettext_lazy("Campaigns")), ("flow", gettext_lazy("Flows")))


def address(account: Account, about: str, time: str = "", metric_id: str = "") -> str:
    """The address of a report."""
    asked = {"about": about if about != "campaign" else "", "time": time, "metric": metric_id}
    query = urlencode({name: value for name, value in asked.items() if value})
    base = reverse("results", kwargs={"account_id": account.pk})
    return f"{base}?{query}" if query else base


def _about(value: str) -> str:
    if value and value not in dict(_tabs()):
        raise Http404
    return value or "campaign"


def _tabs() -> Iterator[tuple[str, Any]]:
    """The kinds that have a table of their own, which gives their names."""
    return ((kind, label) for kind, label in TABS if kind in mirrored())


def _times(account: Account, now: datetime) -> list[tuple[str, Any]]:
    sent = Campaign.objects.filter(account=account, send_time__isnull=False).order_by("send_time")
    return timeframes.choices(account.time_zone, now, sent.values_list("send_time", flat=True).first())


@require_GET
@account_page
def index(request: HttpRequest, account: Account) -> HttpResponse:
    """The kept report of a time as a table; where there is none, what to do."""
    about = _about(request.GET.get("about", ""))
    metrics = services.metrics_of(account)
    metric = services.metric_of(account, metrics, request.GET.get("metric", ""))
    times = _times(account, timezone.now())
    last = services.newest(account, about)
    wished = request.GET.get("time") or (last.time if last else "")
    time = wished if wished in dict(times) else timeframes.DEFAULT
    report = services.kept(account, about, time, metric.klaviyo_id) if metric else None
    results = report.results.all() if report else Result.objects.none()
    names = ("klaviyo_id", *(column.name for column in COLUMNS))
    shown = COLUMNS if about == "campaign" else tuple(one for one in COLUMNS if one.name != "sent_at")
    context = {
        "about": about,
        "tabs": [(kind, label, address(account, kind)) for kind, label in _tabs()],
        "times": times,
        "time": time,
        "metrics": metrics,
        "metric": metric,
        "report": report,
        "sums": results.aggregate(*(Sum(name) for name in ("recipients", "conversions", "value"))),
    }
    return listing(
        request,
        template="results/index.html",
        rows=MirrorRows(results, values=names, search=("name_key",)),
        table=Table(
            shown,
            "-sent_at" if about == "campaign" else "-recipients",
            row_url=lambda row: reverse(about, kwargs={"account_id": account.pk, "klaviyo_id": row["klaviyo_id"]}),
        ),
        context=context,
    )


def _read(account: Account, about: str, time: str, wished: str = "") -> Problem:
    """Read a report; what stood in the way, or None."""
    metric = services.metric_of(account, services.metrics_of(account), wished)
    if metric is None:
        return _("The metrics were not read from Klaviyo yet. Try again in a minute.")
    return attempt(
        lambda: services.read_report(account, about, time, metric, client=client_for(account), now=timezone.now())
    )


@require_POST
@account_page
def refresh(request: HttpRequest, account: Account) -> HttpResponse:
    """Read a report and go on to it."""
    about, time, metric = (request.POST.get(name, "") for name in ("about", "time", "metric"))
    about = _about(about)
    if time not in dict(_times(account, timezone.now())):
        raise Http404
    problem = _read(account, about, time, metric)
    if problem is not None:
        said = problem if isinstance(problem, str) else f"{problem.sentence} {problem.next_step}"
        messages.error(request, said)
    return see_other(address(account, about, time, metric))


@account_page
def of_campaign(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """What a sent campaign led to, as last read; POST reads the report that holds it."""
    row = get_object_or_404(Campaign, klaviyo_id=klaviyo_id, account=account, gone_at=None)
    if not row.went_out or row.send_time is None:
        raise Http404
    problem: Problem = None
    if request.method == "POST":
        problem = _read(account, "campaign", timeframes.holding(row.send_time, account.time_zone, timezone.now()))
    if request.method == "POST" and problem is None and not wants_part(request):
        return see_other(request.path)
    report, result = services.result_of(account, "campaign", row, row.send_time)
    context = {
        "row": row,
        "report": report,
        "result": result,
        **in_page(problem),
        "words": in_words(report, result) if report and result else [],
        "all": address(account, "campaign", report.time, report.metric_id) if report else address(account, "campaign"),
    }
    status = status_of(problem) if isinstance(problem, GatewayError) and not wants_part(request) else 200
    return show(request, "results/campaign.html", context, status=status)


def in_words(report: Report, result: Result) -> list[dict[str, Any]]:
    """Each figure of a campaign: what it is called, the number, the rate or None, and a hint."""
    figures = (
        (_("Recipients"), result.recipients, None, ""),
        (_("Delivered"), result.delivered, _share(result.delivered, result.recipients), ""),
        (_("Bounced"), result.bounced, _share(result.bounced, result.recipients), ""),
        (_("Opened it"), result.opened, result.open_rate, _("people, of those who got it")),
        (_("Clicked in it"), result.clicked, result.click_rate, _("people, of those who got it")),
        (_("Unsubscribed"), result.unsubscribed, result.unsubscribe_rate, ""),
        (_("Marked it as spam"), result.complaints, result.complaint_rate, ""),
        (report.metric_name or _("Conversions"), result.conversions, result.conversion_rate, _("rate: people")),
    )
    return [{"label": label, "count": count, "rate": rate, "hint": hint} for label, count, rate, hint in figures]


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
