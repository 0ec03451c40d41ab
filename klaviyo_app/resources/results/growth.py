"""How many people were in each segment, week by week, for a year: one report for all segments, kept with its age."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.client import Client
from klaviyo_app.mirror.absorb import moment
from klaviyo_app.resources.results.models import Growth

STATISTICS = {"totals": "total_members", "came": "members_added", "left": "members_removed"}
WEEKS = 12  # what is summed up in words and stands in the table


@dataclass(frozen=True, slots=True)
class Week:
    """A week's begin, who was in at its end, who came and who left."""

    at: datetime
    total: int
    came: int
    left: int


def read_growth(account: Account, *, client: Client, now: datetime) -> None:
    """Ask Klaviyo for all segments in one call, and keep the answer. Raises GatewayError."""
    attributes = {
        "statistics": list(STATISTICS.values()),
        "timeframe": {"key": "last_365_days"},
        "interval": "weekly",
    }
    body = {"data": {"type": "segment-series-report", "attributes": attributes}}
    found = client.call("query_segment_series", body=body).data["attributes"]
    rows = [_growth(account, found, one, now) for one in found.get("results") or []]
    with transaction.atomic():
        Growth.objects.filter(account=account).delete()
        Growth.objects.bulk_create(one for one in rows if one.segment_id)


def _growth(account: Account, found: Mapping[str, Any], row: Mapping[str, Any], now: datetime) -> Growth:
    statistics = row.get("statistics") or {}
    numbers = {ours: [int(one or 0) for one in statistics.get(theirs) or []] for ours, theirs in STATISTICS.items()}
    segment = str((row.get("groupings") or {}).get("segment_id") or "")
    return Growth(account=account, segment_id=segment, moments=found.get("date_times") or [], read_at=now, **numbers)


def weeks_of(growth: Growth, zone: str) -> list[Week]:
    """The weeks of the answer, the oldest first."""
    local = ZoneInfo(zone)
    columns = zip(growth.moments, growth.totals, growth.came, growth.left, strict=False)
    return [Week(at.astimezone(local), *numbers) for written, *numbers in columns if (at := moment(written))]
