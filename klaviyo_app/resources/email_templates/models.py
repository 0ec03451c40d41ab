"""The mirrored template."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from klaviyo_app.mirror.models import HERE, Mirrored

# Gmail shows no more than this of a mail's HTML and hides the rest behind a link.
CLIPPED_FROM_BYTES = 102 * 1024
# Klaviyo's own drag-and-drop templates cannot be written through the API at most revisions.
WRITABLE_EDITORS = frozenset({"CODE", "USER_DRAGGABLE"})


class EmailTemplate(Mirrored):
    """A template of the account's library. A campaign never sends it: assigning makes a private copy."""

    kind: ClassVar[str] = "template"
    list_operation: ClassVar[str] = "get_templates"

    editor_type = models.CharField(_("editor"), max_length=40, blank=True)
    size_bytes = models.PositiveIntegerField(_("size"), default=0)

    class Meta(Mirrored.Meta):
        abstract = False
        indexes: ClassVar = [
            models.Index(fields=["account", "name_key", "id"], name="template_by_name", condition=HERE),
            models.Index(fields=["account", "updated_at", "id"], name="template_by_updated", condition=HERE),
        ]

    @classmethod
    def columns_of(cls, resource: dict[str, Any]) -> dict[str, Any]:
        """Editor and the size of the HTML in bytes."""
        attributes = resource.get("attributes") or {}
        return {
            "editor_type": attributes.get("editor_type") or "",
            "size_bytes": len((attributes.get("html") or "").encode()),
        }

    @property
    def writable(self) -> bool:
        """Whether the API lets us change it."""
        return self.editor_type in WRITABLE_EDITORS
