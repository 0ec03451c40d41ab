"""The mirrored coupon. Its codes are read live: there may be hundreds of thousands."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from klaviyo_app.mirror.models import HERE, Mirrored


class Coupon(Mirrored):
    """A coupon; its Klaviyo id is its external id (klaviyo-api: coupon id = external_id)."""

    kind: ClassVar[str] = "coupon"
    list_operation: ClassVar[str] = "get_coupons"
    searched: ClassVar[tuple[str, ...]] = ("name_key", "description")

    description = models.CharField(_("description"), max_length=1000, blank=True)
    low_balance_threshold = models.PositiveIntegerField(_("warn below"), null=True, blank=True)

    class Meta(Mirrored.Meta):
        abstract = False
        indexes: ClassVar = [models.Index(fields=["account", "name_key", "id"], name="coupon_by_name", condition=HERE)]

    @classmethod
    def columns_of(cls, resource: dict[str, Any]) -> dict[str, Any]:
        """Name (the external id), description, and the balance at which Klaviyo warns."""
        attributes = resource.get("attributes") or {}
        threshold = (attributes.get("monitor_configuration") or {}).get("low_balance_threshold")
        return {
            "name": attributes.get("external_id") or resource["id"],
            "description": (attributes.get("description") or "")[:1000],
            "low_balance_threshold": int(threshold) if threshold else None,  # Klaviyo tells it as text
        }
