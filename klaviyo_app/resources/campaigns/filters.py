"""What a table of campaigns can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from klaviyo_app.resources.campaigns.models import Campaign

GROUPS = {
    "draft": ("Draft",),
    "scheduled": ("Scheduled", "Queued without Recipients", "Preparing to schedule"),
    "sending": ("Preparing to send", "Adding Recipients", "Sending", "Sending Segments", "Variations Sent"),
    "sent": ("Sent",),
}
CHOICES = [
    ("draft", _("Drafts")),
    ("scheduled", _("Scheduled")),
    ("sending", _("Being sent")),
    ("sent", _("Sent")),
    ("cancelled", _("Cancelled")),
    ("archived", _("Archived")),
]


class CampaignFilter(django_filters.FilterSet):
    """?status= a group of Klaviyo's statuses; archived ones are left out unless asked for."""

    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=CHOICES, method="by_group", empty_label=_("Every status")
    )

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = ()

    def by_group(self, rows: QuerySet[Campaign], _name: str, value: Any) -> QuerySet[Campaign]:
        """The rows of one group."""
        if value == "archived":
            return rows.filter(archived=True)
        if value == "cancelled":
            return rows.filter(status__startswith="Cancelled")
        return rows.filter(status__in=GROUPS[value])
