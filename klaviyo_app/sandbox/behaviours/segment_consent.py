"""The conditions of a segment on consent: what may be sent, and how and when that came about. Pure.

Source: Klaviyo's API descriptions (fields and filters). Concluded: all filters of a status must hold; the date of a
status is that of the consent; what is not known of a channel takes nobody in.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from klaviyo_app.sandbox.behaviours.segment_filters import holds

_REASONS = {
    "bounce_date": "HARD_BOUNCE",
    "manual_suppression_date": "USER_SUPPRESSED",
    "invalid_email_date": "INVALID_EMAIL",
}
_KEPT = {
    "is_double_opt_in": "double_optin",
    "status_date": "consent_timestamp",
    "custom_source": "custom_method_detail",
}


def agrees(asked: Mapping[str, Any], subscriptions: Mapping[str, Any], now: dt.datetime) -> bool:
    """Whether somebody's subscriptions are as a condition's `consent` asks."""
    channel = {"push": "mobile_push"}.get(asked["channel"], asked["channel"])
    marketing = ((subscriptions.get(channel) or {}).get("marketing")) or {}
    may = any(bool(value) for name, value in marketing.items() if name.startswith("can_receive"))
    status = asked["consent_status"]
    if may is not asked["can_receive_marketing"]:
        return False
    if status["subscription"] not in ("any", str(marketing.get("consent", "")).lower()):
        return False
    return all(_came_about(one, marketing, now) for one in status.get("filters") or ())


def _came_about(asked: Mapping[str, Any], marketing: Mapping[str, Any], now: dt.datetime) -> bool:
    if "method" in asked:
        by = str(marketing.get("method") or "").lower() == asked["method"]
        return by and (not asked.get("filter") or holds(asked["filter"], marketing.get("method_detail"), now))
    name = asked["field"]
    if name in _REASONS:
        times = [one["timestamp"] for one in marketing.get("suppression") or () if one["reason"] == _REASONS[name]]
        return any(holds(asked["filter"], one, now) for one in times or (None,))
    if name == "is_double_opt_in":
        return holds(asked["filter"], bool(marketing.get(_KEPT[name])), now)
    return name in _KEPT and holds(asked["filter"], marketing.get(_KEPT[name]), now)
