"""How many people are in a list or segment: asked one at a time, kept, and shown with its age.

Klaviyo tells a count on a single read only, once a second and 15 times a minute; a table shows what was counted last.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import ClassVar, TypeVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from klaviyo_app.gateway.client import Client
from klaviyo_app.gateway.errors import GatewayError
from klaviyo_app.gateway.query import Query
from klaviyo_app.mirror.models import Mirrored

FRESH = timedelta(minutes=10)


class Counted(Mirrored):
    """A mirrored group of people. The count is not in Klaviyo's lists, so a reading of the kind leaves it alone."""

    read_operation: ClassVar[str]  # "get_list"

    profile_count = models.PositiveIntegerField(_("people"), null=True, blank=True)
    counted_at = models.DateTimeField(null=True, blank=True)

    class Meta(Mirrored.Meta):
        abstract = True


C = TypeVar("C", bound=Counted)


def is_fresh(row: Counted, now: datetime) -> bool:
    """Whether the kept count can be shown without asking."""
    return row.profile_count is not None and row.counted_at is not None and now - row.counted_at < FRESH


def count(row: C, client: Client, *, now: datetime) -> C:
    """Ask Klaviyo how many people are in it, and keep the answer. Raises GatewayError."""
    asked = Query(additional_fields={row.kind: ("profile_count",)})
    answer = client.call(row.read_operation, path={"id": row.klaviyo_id}, query=asked)
    found = answer.data["attributes"].get("profile_count")
    row.profile_count = found if isinstance(found, int) else None
    row.counted_at = now
    keep(row)
    return row


def looked_at(row: C, client_of: Callable[[], Client], *, now: datetime, again: bool) -> tuple[C, GatewayError | None]:
    """The row with a count that is at most 10 minutes old (`again`: of this moment), or the old one and the reason."""
    if is_fresh(row, now) and not again:
        return row, None
    try:
        return count(row, client_of(), now=now), None
    except GatewayError as error:
        return row, error


def keep(row: Counted) -> None:
    """Keep the count that a row has."""
    type(row).objects.filter(pk=row.pk).update(profile_count=row.profile_count, counted_at=row.counted_at)


def outdate(row: Counted) -> None:
    """Its people were changed: no table shows the old number, and the next look counts again."""
    row.profile_count = row.counted_at = None
    keep(row)
