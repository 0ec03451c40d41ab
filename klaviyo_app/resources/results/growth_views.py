"""A segment's growth, as a part of its page."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import orjson
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _

from klaviyo_app.accounts.clients import client_for
from klaviyo_app.accounts.models import Account
from klaviyo_app.accounts.rights import account_page
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.pages.once import see_other
from klaviyo_app.pages.showing import show, status_of, wants_part
from klaviyo_app.resources.results.growth import WEEKS, Week, read_growth, weeks_of
from klaviyo_app.resources.results.models import Growth
from klaviyo_app.resources.results.reading import Problem, attempt, in_page
from klaviyo_app.resources.segments.models import Segment


@account_page
def of_segment(request: HttpRequest, account: Account, klaviyo_id: str) -> HttpResponse:
    """How a segment grew, as last read; POST reads it for all segments."""
    row = get_object_or_404(Segment, klaviyo_id=klaviyo_id, account=account, gone_at=None)
    problem: Problem = None
    if request.method == "POST":
        problem = attempt(lambda: read_growth(account, client=client_for(account), now=timezone.now()))
        if problem is None and not wants_part(request):
            return see_other(request.path)
    growth = Growth.objects.filter(account=account, segment_id=klaviyo_id).first()
    last = growth or Growth.objects.filter(account=account).first()
    weeks = weeks_of(growth, account.time_zone) if growth else []
    context: dict[str, Any] = {
        "row": row,
        "weeks": weeks,
        "lately": weeks[-WEEKS:],
        "came": sum(one.came for one in weeks[-WEEKS:]),
        "left": sum(one.left for one in weeks[-WEEKS:]),
        "read_at": last.read_at if last else None,
        "chart": chart_of(weeks),
        "zone": account.time_zone,
        **in_page(problem),
    }
    status = status_of(problem) if isinstance(problem, GatewayError) and not wants_part(request) else 200
    return show(request, "results/growth.html", context, status=status)


def chart_of(weeks: list[Week]) -> str:
    """What static/chart.js draws: the account's wall clock as if it were UTC, and one line."""
    seconds = [int(one.at.replace(tzinfo=ZoneInfo("UTC")).timestamp()) for one in weeks]
    lines = [{"name": _("People"), "values": [one.total for one in weeks]}]
    return orjson.dumps({"at": seconds, "lines": lines}).decode()
