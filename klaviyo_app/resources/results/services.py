"""Read a report from Klaviyo and keep it; find what was kept. Pages that are drawn never ask Klaviyo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Answer, Client
from klaviyo_app.gateway.errors import TooMany
from klaviyo_app.mirror.models import Mirrored
from klaviyo_app.mirror.sync import mirrored
from klaviyo_app.resources.metrics.models import Metric
from klaviyo_app.resources.results import timeframes
from klaviyo_app.resources.results.models import Report, Result

MOST_PAGES = 10  # a report that has more takes five minutes of Klaviyo's limit
OPERATIONS = {"campaign": "query_campaign_values", "flow": "query_flow_values"}
USUAL_METRIC = "placed order"  # its name_key
COUNTS = {
    "recipients": "recipients",
    "delivered": "delivered",
    "bounced": "bounced_or_failed",
    "opened": "opens_unique",
    "clicked": "clicks_unique",
    "unsubscribed": "unsubscribe_uniques",
    "complaints": "spam_complaints",
    "conversions": "conversions",
    "converted": "conversion_uniques",
}
RATES = {
    "open_rate": "open_rate",
    "click_rate": "click_rate",
    "unsubscribe_rate": "unsubscribe_rate",
    "complaint_rate": "spam_complaint_rate",
    "conversion_rate": "conversion_rate",
}
STATISTICS = (*COUNTS.values(), *RATES.values(), "conversion_value")


def metrics_of(account: Account) -> list[Metric]:
    """What can count as a conversion, by name."""
    return list(Metric.objects.filter(account=account, gone_at=None).order_by("name_key", "pk"))


def metric_of(account: Account, known: Iterable[Metric], wished: str = "") -> Metric | None:
    """The wished one, the one of the newest report, "Placed Order", or any; None while none is mirrored."""
    metrics = list(known)
    by_id = {one.klaviyo_id: one for one in metrics}
    newest = Report.objects.filter(account=account).order_by("-read_at").values_list("metric_id", flat=True).first()
    usual = next((one for one in metrics if one.name_key == USUAL_METRIC), metrics[0] if metrics else None)
    return by_id.get(wished) or by_id.get(newest or "") or usual


def kept(account: Account, about: str, time: str, metric_id: str) -> Report | None:
    """The report that answers this question, or None."""
    return Report.objects.filter(account=account, about=about, time=time, metric_id=metric_id).first()


def newest(account: Account, about: str) -> Report | None:
    """The one that was read last."""
    return Report.objects.filter(account=account, about=about).order_by("-read_at").first()


def result_of(account: Account, about: str, thing: Mirrored, sent: datetime) -> tuple[Report | None, Result | None]:
    """What is known of one thing: the newest report on the time of its sending, and its row there or None."""
    metric = metric_of(account, metrics_of(account))
    report = (
        Report.objects.filter(account=account, about=about, since__lte=sent, until__gt=sent)
        .filter(metric_id=metric.klaviyo_id if metric else "")
        .order_by("-read_at")
        .first()
    )
    return report, report.results.filter(klaviyo_id=thing.klaviyo_id).first() if report else None


def read_report(account: Account, about: str, time: str, metric: Metric, *, client: Client, now: datetime) -> Report:
    """Ask Klaviyo for all things of the kind and keep the answer. Raises GatewayError.

    Klaviyo allows two reports a minute, which its pages count against: what cannot be had at once makes it partial.
    """
    attributes = {
        "statistics": list(STATISTICS),
        "timeframe": timeframes.body_of(time),
        "conversion_metric_id": metric.klaviyo_id,
    }
    data = {"type": f"{about}-values-report", "attributes": attributes}
    rows, whole = _rows(client.pages(OPERATIONS[about], body={"data": data}), about)
    since, until = timeframes.range_of(time, account.time_zone, now)
    facts = {"since": since, "until": until, "metric_name": metric.name[:300], "partial": not whole}
    with transaction.atomic():
        report, _made = Report.objects.update_or_create(
            account=account,
            about=about,
            time=time,
            metric_id=metric.klaviyo_id,
            defaults={**facts, "read_at": now},
        )
        report.results.all().delete()
        Result.objects.bulk_create(_results(report, rows))
    return report


def _rows(pages: Iterator[Answer], about: str) -> tuple[dict[str, list[Mapping[str, Any]]], bool]:
    """The statistics of each thing's messages, and whether that is all of them."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    try:
        for number, answer in enumerate(pages, 1):
            for one in answer.data["attributes"].get("results") or []:
                key = (one.get("groupings") or {}).get(f"{about}_id")
                if key:
                    found.setdefault(str(key), []).append(one.get("statistics") or {})
            if number == MOST_PAGES:
                return found, not answer.links.get("next")
    except TooMany:
        if not found:
            raise
        return found, False
    return found, True


def _results(report: Report, rows: Mapping[str, list[Mapping[str, Any]]]) -> list[Result]:
    model = mirrored().get(report.about)
    known = model.objects.filter(account=report.account, klaviyo_id__in=list(rows)) if model else ()
    things = {one.klaviyo_id: one for one in known}
    return [_result(report, key, things.get(key), statistics) for key, statistics in rows.items()]


def _result(report: Report, key: str, thing: Mirrored | None, rows: list[Mapping[str, Any]]) -> Result:
    name = thing.name if thing else key
    counts = {ours: round(sum(_number(one, theirs) for one in rows)) for ours, theirs in COUNTS.items()}
    return Result(
        account=report.account,
        report=report,
        klaviyo_id=key,
        name=name,
        name_key=name.lower()[:300],
        sent_at=getattr(thing, "send_time", None),
        value=sum(_number(one, "conversion_value") for one in rows),
        **counts,
        **{ours: _together(rows, theirs) for ours, theirs in RATES.items()},
    )


def _together(rows: list[Mapping[str, Any]], rate: str) -> float:
    """The rate over several messages, each weighing as many deliveries as it had."""
    if len(rows) == 1:
        return _number(rows[0], rate)
    weight = sum(_number(one, "delivered") for one in rows)
    return sum(_number(one, rate) * _number(one, "delivered") for one in rows) / weight if weight else 0.0


def _number(statistics: Mapping[str, Any], name: str) -> float:
    return float(statistics.get(name) or 0)
