"""What the table of flows can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from klaviyo_app.resources.flows.models import Flow

CHOICES = [("live", _("Live")), ("manual", _("Manual")), ("draft", _("Drafts")), ("archived", _("Archived"))]


class FlowFilter(django_filters.FilterSet):
    """?status= one of Klaviyo's; archived ones are left out unless asked for."""

    status = django_filters.ChoiceFilter(
        label=_("Status"), choices=CHOICES, method="by_status", empty_label=_("Every status")
    )

    class Meta:
        model = Flow
        fields: tuple[str, ...] = ()

    def by_status(self, rows: QuerySet[Flow], _name: str, value: Any) -> QuerySet[Flow]:
        """Those of a status."""
        return rows.filter(archived=True) if value == "archived" else rows.filter(status=value, archived=False)

    def filter_queryset(self, queryset: QuerySet[Flow]) -> QuerySet[Flow]:
        """Without a wish all but the archived ones."""
        found: QuerySet[Flow] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data.get("status") else found.filter(archived=False)
