"""What of a metric is asked for; checked before a call is spent."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MEASUREMENTS = [("count", _("How often")), ("unique", _("How many people")), ("sum_value", _("Sum of the values"))]
INTERVALS = [("hour", _("Hour")), ("day", _("Day")), ("week", _("Week")), ("month", _("Month"))]
# Of the dimensions that Klaviyo has, those that a marketer asks by.
DIMENSIONS = [
    ("", _("Nothing")),
    ("$attributed_channel", _("Channel that gets the credit")),
    ("$attributed_message", _("Message that gets the credit")),
    ("$attributed_flow", _("Flow that gets the credit")),
    ("Campaign Name", _("Campaign")),
    ("$message", _("Message")),
    ("$flow", _("Flow")),
    ("Subject", _("Subject")),
    ("URL", _("Link")),
    ("List", _("List")),
    ("Email Domain", _("E-mail domain")),
    ("Inbox Provider", _("Inbox provider")),
    ("Client Name", _("Mail program")),
    ("Client Type", _("Kind of device")),
    ("Bounce Type", _("Kind of bounce")),
    ("form_id", _("Form")),
]
LONGEST_HOURLY = timedelta(days=31)
DEFAULT_DAYS = 30


class NumbersForm(forms.Form):
    """Measurement, interval, grouping and days (both ends included, in the account's time zone)."""

    measurement = forms.ChoiceField(label=_("Measure"), choices=MEASUREMENTS)
    interval = forms.ChoiceField(label=_("Each"), choices=INTERVALS)
    by = forms.ChoiceField(label=_("Split by"), choices=DIMENSIONS, required=False)
    since = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("Until"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def clean(self) -> dict[str, Any]:
        """A range that Klaviyo takes: at most a year, at most a month by the hour."""
        cleaned = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since is None or until is None:
            return cleaned
        if since > until:
            self.add_error("until", ValidationError(_("This must not be before “From”.")))
        elif until >= _a_year_after(since):
            self.add_error("until", ValidationError(_("Klaviyo counts at most a year at once.")))
        elif cleaned.get("interval") == "hour" and until - since >= LONGEST_HOURLY:
            self.add_error("interval", ValidationError(_("By the hour, ask for at most 31 days.")))
        return cleaned


def _a_year_after(day: date) -> date:
    """The first day that is too far off; a year after the 29th of February ends on the 28th."""
    try:
        return day.replace(year=day.year + 1)
    except ValueError:
        return day.replace(year=day.year + 1, day=28)


def initial(today: date) -> dict[str, Any]:
    """The last thirty days, day by day."""
    since = today - timedelta(days=DEFAULT_DAYS - 1)
    return {"measurement": "count", "interval": "day", "by": "", "since": since, "until": today}
