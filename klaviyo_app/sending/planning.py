"""When a planned campaign goes out, and until when it must have left here."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from klaviyo_app.gateway.shapes import STATIC, Strategy, read_strategy

EASTERNMOST = timedelta(hours=14)  # ahead of UTC: Line Islands


def plan_of(strategy: Mapping[str, Any]) -> Strategy:
    """A strategy as Klaviyo writes it, read."""
    return read_strategy({"send_strategy": strategy})


def planned_at(strategy: Mapping[str, Any]) -> datetime | None:
    """When a static or throttled strategy starts; None for immediate and smart send time."""
    return plan_of(strategy).at


def latest(strategy: Mapping[str, Any], now: datetime) -> datetime | None:
    """Until when a planned send may leave here; None where there is no plan.

    At each person's own hour, Klaviyo leaves those out whose hour is over when it takes the send, unless they are to
    get it at once (its API description). So one that can still reach everybody leaves in time for that or not at all.
    """
    at = planned_at(strategy)
    if at is None or not _leaves_out(strategy) or misses_some(strategy, now):
        return at
    return at - EASTERNMOST


def misses_some(strategy: Mapping[str, Any], now: datetime) -> bool:
    """Whether there are time zones in which the hour has passed, so that people there get nothing."""
    at = planned_at(strategy)
    return at is not None and _leaves_out(strategy) and now >= at - EASTERNMOST


def _leaves_out(strategy: Mapping[str, Any]) -> bool:
    plan = plan_of(strategy)
    return plan.method == STATIC and plan.is_local and not plan.past_immediately
