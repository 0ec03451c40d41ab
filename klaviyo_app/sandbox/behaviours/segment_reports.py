"""Reports on segments: how many are in, and how many came.

Source: Klaviyo's API descriptions (statistics, no data before June 2023). Counted from when each member came in; who
left is not kept, so nobody ever counts as removed, and those who are out again are missing from earlier totals.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from klaviyo_app.sandbox.behaviours import report_bodies
from klaviyo_app.sandbox.behaviours.call import Call, Reply, invalid
from klaviyo_app.sandbox.behaviours.report_bodies import Asked, Plan

EARLIEST = dt.datetime(2023, 6, 1, tzinfo=dt.UTC)
_PLAN = Plan(
    statistics=("members_added", "members_removed", "net_members_changed", "total_members"),
    filters={"segment_id": ("equals", "any")},
    default_groups=("segment_id",),
)


def query_segment_values(call: Call) -> Reply:
    """POST /api/segment-values-reports: 200."""
    return _report(call, series=False)


def query_segment_series(call: Call) -> Reply:
    """POST /api/segment-series-reports: 200."""
    return _report(call, series=True)


def _report(call: Call, *, series: bool) -> Reply:
    asked = report_bodies.read(call, _PLAN, series=series)
    if asked.frame.since < EARLIEST:
        raise invalid("Data is unavailable before June 1st, 2023.", "/data/attributes/timeframe")
    kind = f"segment-{'series' if series else 'values'}-report"
    return report_bodies.told(kind, asked, _rows(call, asked), series=series)


def _rows(call: Call, asked: Asked) -> Iterator[tuple[dict[str, Any], dict[str, list[float]]]]:
    bounds = [one.timestamp() for one in (*asked.steps, asked.frame.until)]
    for segment in call.things.all("segment"):
        groupings = {"segment_id": segment.id}
        if asked.passes(groupings):
            came = sorted(
                dt.datetime.fromisoformat(at).timestamp()
                for at in call.things.linked("segment", segment.id, "profiles").values()
            )
            totals = [bisect_left(came, bound) for bound in bounds]
            yield groupings, {name: _measured(name, totals) for name in asked.statistics}


def _measured(name: str, totals: list[int]) -> list[float]:
    """`totals`: members at the begin of each interval, and at the end."""
    if name == "total_members":
        return [float(one) for one in totals[1:]]
    if name == "members_removed":
        return [0.0 for _ in totals[1:]]
    return [float(after - before) for before, after in pairwise(totals)]
