"""What a campaign's status is at a time. Pure: what was accepted and when, the settings, the clock.

Statuses: Klaviyo's API description. Their order, and what a send job says while its campaign waits for its time, are
concluded, not recorded. Two natures (settings): `send_lag_s` is how long Draft still shows after an accepted send;
with second_send "accept" the send job cannot be seen either in that time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

DRAFT, SENT, CANCELLED = "Draft", "Sent", "Cancelled"
OVER = ("Sent", "Variations Sent", "Cancelled")


@dataclass(frozen=True, slots=True)
class Sending:
    """An accepted send, as kept in a campaign's hidden["send"]. Times in seconds since 1970."""

    accepted: float
    starts: float
    lasts: float
    planned: bool  # waits for its time first
    empty: bool = False  # nobody is in the audience
    cancelled: float | None = None

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in self.__slots__}


def sending_of(hidden: Mapping[str, Any]) -> Sending | None:
    """The send in force, or None."""
    kept = hidden.get("send")
    return Sending(**kept) if kept else None


def shows_draft(sending: Sending, now: dt.datetime, settings: Mapping[str, Any]) -> bool:
    """Whether the acceptance is not to be seen yet."""
    return now.timestamp() - sending.accepted < float(settings.get("send_lag_s", 0))


def status_of(sending: Sending, now: dt.datetime, settings: Mapping[str, Any]) -> str:
    """The campaign's status."""
    if shows_draft(sending, now, settings):
        return DRAFT
    if sending.cancelled is not None:
        return CANCELLED
    at, pace = now.timestamp(), float(settings.get("job_seconds", 1.0))
    begun = sending.accepted + float(settings.get("send_lag_s", 0))
    if sending.planned and at < sending.starts:
        return "Preparing to schedule" if at - begun < pace / 2 else "Scheduled"
    done = (at - max(begun, sending.starts)) / (sending.lasts * pace) if pace else 1.0
    if done >= 1:
        return "Cancelled: No Recipients" if sending.empty else SENT
    if done < 0.25 and not sending.planned:
        return "Preparing to send"
    return "Adding Recipients" if done < 0.5 else "Sending"


def job_of(sending: Sending, now: dt.datetime, settings: Mapping[str, Any]) -> str | None:
    """The send job's status; None while it cannot be seen."""
    if shows_draft(sending, now, settings):
        return None if settings.get("second_send") == "accept" else "queued"
    status = status_of(sending, now, settings)
    if status == CANCELLED:
        return "cancelled"
    if status == SENT or status.startswith(CANCELLED):
        return "complete"
    return "queued" if status in ("Preparing to schedule", "Scheduled", "Preparing to send") else "processing"


def is_over(status: str) -> bool:
    """Whether nothing comes after this status by itself."""
    return status.startswith(OVER)
