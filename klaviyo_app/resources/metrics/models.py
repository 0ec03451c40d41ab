"""Metrics: what people do, as Klaviyo counts it. Mirrored for their names, which segments speak of by id."""

from __future__ import annotations

from typing import ClassVar

from klaviyo_app.mirror.models import Mirrored


class Metric(Mirrored):
    """A metric of Klaviyo's, such as "Opened Email"."""

    kind: ClassVar[str] = "metric"
    list_operation: ClassVar[str] = "get_metrics"
    refresh_every_s: ClassVar[int] = 3600

    class Meta(Mirrored.Meta):
        abstract = False

    @property
    def integration(self) -> str:
        """Where its events come from, such as "Shopify"; "" where Klaviyo does not say."""
        return str((self.attributes.get("integration") or {}).get("name") or "")

    @property
    def title(self) -> str:
        """Its name and where it comes from: two integrations may both have "Placed Order"."""
        return f"{self.name} ({self.integration})" if self.integration else self.name
