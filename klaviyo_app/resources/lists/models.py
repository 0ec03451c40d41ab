"""The mirrored list."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from klaviyo_app.mirror.models import HERE
from klaviyo_app.resources.counting import Counted


class KlaviyoList(Counted):
    """A list of Klaviyo's (`list` is Python's word)."""

    kind: ClassVar[str] = "list"
    list_operation: ClassVar[str] = "get_lists"
    read_operation: ClassVar[str] = "get_list"

    opt_in_process = models.CharField(_("opt-in"), max_length=40, blank=True)

    class Meta(Counted.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["account", "name_key", "id"], name="list_by_name", condition=HERE),
            models.Index(fields=["account", "updated_at", "id"], name="list_by_updated", condition=HERE),
        ]

    @classmethod
    def columns_of(cls, resource: dict[str, Any]) -> dict[str, Any]:
        """The opt-in process."""
        return {"opt_in_process": (resource.get("attributes") or {}).get("opt_in_process") or ""}
