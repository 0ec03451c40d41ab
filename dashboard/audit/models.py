"""The audit trail: rows that are only ever added."""

from __future__ import annotations

from typing import Any, ClassVar, NoReturn

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class AppendOnly(Exception):
    """Somebody tried to change or delete a line of the audit trail."""


def _refuse(*_args: object, **_kwargs: object) -> NoReturn:
    raise AppendOnly("a line of the audit trail is never changed or deleted")


class EntryQuerySet(models.QuerySet["Entry"]):
    """A query set that can only read and add."""

    update = _refuse
    delete = _refuse
    bulk_update = _refuse
    update_or_create = _refuse


class Entry(models.Model):
    """One thing that somebody did."""

    # PROTECT: whatever has a history stays.
    team = models.ForeignKey("teams.Team", on_delete=models.PROTECT, null=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="audit_entries"
    )
    action = models.CharField(_("action"), max_length=80)
    target = models.CharField(_("target"), max_length=300)
    account_id = models.BigIntegerField(null=True)
    before: models.JSONField[Any, Any] = models.JSONField(default=dict)
    after: models.JSONField[Any, Any] = models.JSONField(default=dict)
    at = models.DateTimeField(auto_now_add=True)
    request_id = models.CharField(max_length=32, blank=True)

    objects = EntryQuerySet.as_manager()

    class Meta:
        base_manager_name = "objects"
        indexes: ClassVar = [models.Index(fields=["team", "-id"], name="trail_of_a_team")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.target}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Adds; refuses to write a line again."""
        if self.pk is not None:
            _refuse()
        super().save(*args, **kwargs)

    delete = _refuse  # type: ignore[assignment]
