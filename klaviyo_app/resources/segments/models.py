"""The mirrored segment."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from klaviyo_app.mirror.models import HERE
from klaviyo_app.resources.counting import Counted


class Segment(Counted):
    """A segment of Klaviyo's with its definition."""

    kind: ClassVar[str] = "segment"
    list_operation: ClassVar[str] = "get_segments"
    read_operation: ClassVar[str] = "get_segment"

    is_active = models.BooleanField(_("active"), default=True)
    is_processing = models.BooleanField(_("processing"), default=False)
    is_starred = models.BooleanField(_("starred"), default=False)

    class Meta(Counted.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["account", "name_key", "id"], name="segment_by_name", condition=HERE),
            models.Index(fields=["account", "updated_at", "id"], name="segment_by_updated", condition=HERE),
        ]

    @classmethod
    def columns_of(cls, resource: dict[str, Any]) -> dict[str, Any]:
        """Active, processing, starred."""
        attributes = resource.get("attributes") or {}
        return {
            "is_active": attributes.get("is_active") is not False,
            "is_processing": bool(attributes.get("is_processing")),
            "is_starred": bool(attributes.get("is_starred")),
        }
