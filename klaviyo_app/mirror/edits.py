"""Nobody overwrites what he has not seen."""

from __future__ import annotations

from typing import Any

from klaviyo_app.mirror.fingerprint import fingerprint
from klaviyo_app.pages.changed import ChangedMeanwhile

__all__ = ["ChangedMeanwhile", "check"]


def check(seen: str, live: dict[str, Any]) -> None:
    """Raise ChangedMeanwhile where Klaviyo's live resource is not the one whose fingerprint the form carried."""
    now = fingerprint(live.get("attributes") or {})
    if seen != now:
        raise ChangedMeanwhile(live, now)
