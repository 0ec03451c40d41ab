"""What is said before events are recorded: which, of whom, and what they may start."""

from __future__ import annotations

from collections.abc import Collection

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.resources.metrics import uses
from klaviyo_app.resources.metrics.models import Metric

MOST_ASKED = 5  # metrics whose flows are asked for: a call each


def consequences(account: Account, metrics: Collection[str]) -> list[str]:
    """What follows from events of these metrics (names), the live flows that they start by name."""
    return [
        *_new(account, metrics),
        *_flows(account, metrics),
        _("Segments that look at these events change by them."),
        _("Events cannot be taken back."),
    ]


def _new(account: Account, metrics: Collection[str]) -> list[str]:
    """A misspelt metric is a new one: say so, where the mirror has been read at all."""
    mirrored = Metric.objects.filter(account=account, gone_at=None)
    known = set(mirrored.filter(name__in=metrics).values_list("name", flat=True))
    new = sorted(set(metrics) - known)
    if not new or not mirrored.exists():
        return []
    words = ngettext("Klaviyo makes a new metric: %(names)s.", "Klaviyo makes new metrics: %(names)s.", len(new))
    return [words % {"names": ", ".join(new[:10])}]


def _flows(account: Account, metrics: Collection[str]) -> list[str]:
    rows = list(Metric.objects.filter(account=account, gone_at=None, name__in=metrics).order_by("name_key"))
    found, all_known = [], len(rows) <= MOST_ASKED
    try:
        client = client_for(account)
        for row in rows[:MOST_ASKED]:
            found += [one["name"] for one in uses.flows(client, row.klaviyo_id) if one.get("status") == "live"]
    except GatewayError:
        all_known = False
    names = ", ".join(sorted(set(found)))
    if names:
        return [_("Live flows start from them and may send to these people at once: %(names)s.") % {"names": names}]
    if all_known and rows:
        return [_("No live flow starts from them now; one that does may send to these people at once.")]
    return [_("Flows that start from them may send to these people at once.")]


def in_words(people: Collection[str], metrics: Collection[str], count: int) -> str:
    """Such as: 2 events of 2 people: Visited Store."""
    events = ngettext("%(num)s event", "%(num)s events", count) % {"num": f"{count:,}"}
    whose = ngettext("of %(num)s person", "of %(num)s people", len(people)) % {"num": f"{len(people):,}"}
    shown = sorted(metrics)[:10]
    return f"{events} {whose}: {', '.join(shown)}{' …' if len(metrics) > len(shown) else ''}."
