"""A metric's numbers over a time: one call's question, and its answer as rows for the chart, the table and the file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from klaviyo_app.gateway.client import Client
from klaviyo_app.mirror.absorb import moment

SHOWN = 8  # groups in chart and table; the file has all
UNIQUE = "unique"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: days from `since` up to and with `until`, in `zone` (an IANA name); `by` a dimension or ""."""

    metric_id: str
    measurement: str
    interval: str
    since: date
    until: date
    zone: str
    by: str = ""

    def body(self, day_after: date) -> dict[str, Any]:
        """The document of query_metric_aggregates; times without an offset are read in the zone beside them."""
        return {
            "data": {
                "type": "metric-aggregate",
                "attributes": {
                    "metric_id": self.metric_id,
                    "measurements": [self.measurement],
                    "interval": self.interval,
                    "filter": [
                        f"greater-or-equal(datetime,{self.since.isoformat()}T00:00:00)",
                        f"less-than(datetime,{day_after.isoformat()}T00:00:00)",
                    ],
                    "timezone": self.zone,
                    **({"by": [self.by]} if self.by else {}),
                },
            }
        }


@dataclass(frozen=True, slots=True)
class Series:
    """One line: what it counts ("" where nothing is told apart), a number for each moment, and their sum.

    `url` is the page of what it counts, "" where that has none.
    """

    name: str
    values: Sequence[float]
    url: str = ""

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.values)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The answer: the moments at which intervals begin (in the zone asked for), and the lines, the largest first."""

    moments: Sequence[datetime]
    series: Sequence[Series]

    @property
    def shown(self) -> Sequence[Series]:
        """The lines that chart and table have room for."""
        return self.series[:SHOWN]

    @property
    def empty(self) -> bool:
        """Whether there is nothing but zeros."""
        return not any(any(one.values) for one in self.series)


def ask(client: Client, question: Question, day_after: date) -> Numbers:
    """One call. Raises GatewayError."""
    answer = client.call("query_metric_aggregates", body=question.body(day_after))
    return read(answer.data["attributes"], question)


def read(attributes: Mapping[str, Any], question: Question) -> Numbers:
    """Klaviyo's answer as Numbers."""
    zone = ZoneInfo(question.zone)
    moments = [at.astimezone(zone) for text in attributes.get("dates") or [] if (at := moment(text))]
    series = [
        Series(" · ".join(str(part) for part in one.get("dimensions") or []), one["measurements"][question.measurement])
        for one in attributes.get("data") or []
    ]
    return Numbers(moments, sorted(series, key=lambda one: (-one.total, one.name)))
