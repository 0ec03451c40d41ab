"""The mirrored flow."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from klaviyo_app.mirror.models import HERE, Mirrored


class Flow(Mirrored):
    """A flow of Klaviyo's."""

    kind: ClassVar[str] = "flow"
    list_operation: ClassVar[str] = "get_flows"

    status = models.CharField(_("status"), max_length=40, blank=True)
    trigger_type = models.CharField(_("trigger"), max_length=40, blank=True)
    archived = models.BooleanField(_("archived"), default=False)

    class Meta(Mirrored.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["account", "name_key", "id"], name="flow_by_name", condition=HERE),
            models.Index(fields=["account", "updated_at", "id"], name="flow_by_updated", condition=HERE),
        ]

    @classmethod
    def columns_of(cls, resource: dict[str, Any]) -> dict[str, Any]:
        """Status, trigger, and whether it is put away."""
        attributes = resource.get("attributes") or {}
        return {
            "status": str(attributes.get("status") or ""),
            "trigger_type": str(attributes.get("trigger_type") or ""),
            "archived": bool(attributes.get("archived")),
        }
