"""What the table of metrics can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from klaviyo_app.resources.metrics.models import Metric

INTEGRATION = "attributes__integration__name"


def integrations(rows: QuerySet[Metric]) -> list[tuple[str, str]]:
    """The integrations that occur, by name."""
    names = {str(name) for name in rows.order_by().values_list(INTEGRATION, flat=True).distinct() if name}
    return [(name, name) for name in sorted(names, key=str.casefold)]


class MetricFilter(django_filters.FilterSet):
    """?integration= where the events come from."""

    integration = django_filters.ChoiceFilter(
        label=_("Comes from"), method="by_integration", empty_label=_("Every source")
    )

    class Meta:
        model = Metric
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["integration"].extra["choices"] = integrations(self.queryset)

    def by_integration(self, rows: QuerySet[Metric], _name: str, value: str) -> QuerySet[Metric]:
        """Those of one integration."""
        return rows.filter(**{INTEGRATION: value})
