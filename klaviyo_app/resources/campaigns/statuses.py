"""Klaviyo's campaign statuses and what they mean to a marketer. Source: the descriptions of 2024-10-15 to 2026-07-15.

New values may come any day; one that is not here is shown as it is and never taken for a draft.
"""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from klaviyo_app.pages.statuses import Pill

STATUSES: dict[str, Pill] = {
    "Draft": Pill(_("Draft"), "neutral", "pencil"),
    "Preparing to schedule": Pill(_("Preparing to schedule"), "info", "calendar-time"),
    "Scheduled": Pill(_("Scheduled"), "info", "calendar-event"),
    "Queued without Recipients": Pill(_("Scheduled, people are chosen at sending time"), "info", "calendar-event"),
    "Preparing to send": Pill(_("Preparing to send"), "info", "loader"),
    "Adding Recipients": Pill(_("Adding recipients"), "info", "loader"),
    "Sending": Pill(_("Sending"), "info", "send"),
    "Sending Segments": Pill(_("Sending"), "info", "send"),
    "Variations Sent": Pill(_("Variations sent, the winner is still to come"), "info", "arrows-split"),
    "Sent": Pill(_("Sent"), "good", "circle-check"),
    "Cancelled": Pill(_("Cancelled"), "warning", "ban"),
    "Cancelled: Account Disabled": Pill(_("Cancelled: account disabled"), "bad", "alert-triangle"),
    "Cancelled: Billing Limit": Pill(_("Cancelled: billing limit"), "bad", "alert-triangle"),
    "Cancelled: Internal Error": Pill(_("Cancelled: Klaviyo's internal error"), "bad", "alert-triangle"),
    "Cancelled: Misconfigured": Pill(_("Cancelled: misconfigured"), "bad", "alert-triangle"),
    "Cancelled: No Recipients": Pill(_("Cancelled: no recipients"), "bad", "alert-triangle"),
    "Cancelled: Smart Sending": Pill(_("Cancelled: smart sending skipped everyone"), "bad", "alert-triangle"),
    "Unknown": Pill(_("Not known"), "warning", "help-circle"),
}


def status_of(value: str) -> Pill:
    """How to show a status; one that is new to us as Klaviyo spells it."""
    return STATUSES.get(value) or Pill(value or _("Not known"), "warning", "help-circle")


def is_draft(value: str) -> bool:
    """Whether it may be edited and sent. Anything unknown may not."""
    return value.strip().lower() == "draft"


def has_results(value: str) -> bool:
    """Whether people have got it."""
    return value in {"Sent", "Variations Sent"}
