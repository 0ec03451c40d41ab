"""Our copy of Klaviyo's small kinds: so that tables are whole, searchable by part of a name, sortable and instant."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from klaviyo_app.accounts.models import Account
from klaviyo_app.gateway.query import Query

# Tables show what is still at Klaviyo. A partial index, since PostgreSQL takes no order from one that begins with a
# column which IS NULL: it sorted a hundred thousand rows for a page of a hundred.
HERE = models.Q(gone_at=None)


class Mirrored(models.Model):
    """One resource of Klaviyo's in one account, as last seen."""

    # What a subclass declares: the operation that lists the kind, and how often it is read (seconds).
    kind: ClassVar[str]  # JSON:API type: "list", "segment", "campaign", "template", "coupon"
    list_operation: ClassVar[str]
    refresh_every_s: ClassVar[int] = 900
    # What the search by part of a word looks into; each has an index of trigrams (klaviyo_app.mirror.search).
    searched: ClassVar[tuple[str, ...]] = ("name_key",)

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    klaviyo_id = models.CharField(max_length=255)
    name = models.CharField(_("name"), max_length=1000, blank=True)
    # The name in lower case: what search and sort look at, in every database alike.
    name_key = models.CharField(max_length=300, blank=True)
    attributes: models.JSONField[Any, Any] = models.JSONField(default=dict)
    relationships: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # Klaviyo's times; where it gives none, the one that is known. Never empty: tables are sorted by them.
    created_at = models.DateTimeField(_("created"))
    updated_at = models.DateTimeField(_("updated"))
    fingerprint = models.CharField(max_length=64)
    seen_at = models.DateTimeField()
    gone_at = models.DateTimeField(null=True, blank=True)

    objects = ScopedManager(account="account")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "klaviyo_id"], name="%(class)s_once_an_account")
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def list_queries(cls, revision: str) -> tuple[Query, ...]:
        """The queries that together list the whole kind at a revision."""
        return (Query(),)

    @classmethod
    def with_included(cls, resources: list[dict[str, Any]], included: list[dict[str, Any]]) -> list[dict[str, Any]]:
        """The resources with what a subclass wants to keep of the included ones."""
        return resources

    @classmethod
    def columns_of(cls, resource: dict[str, Any]) -> dict[str, Any]:
        """The values of a subclass's own columns, from Klaviyo's resource object."""
        return {}


class Version(models.Model):
    """A state of a mirrored resource that was seen: ours or somebody else's change."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    klaviyo_id = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    attributes: models.JSONField[Any, Any] = models.JSONField(default=dict)
    seen_at = models.DateTimeField()
    # The person whose change this was; None: it was changed elsewhere (or found at the first sync).
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)

    objects = ScopedManager(account="account")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "kind", "klaviyo_id", "seen_at"], name="version_of")]


class Sync(models.Model):
    """When a kind of an account was read, and how that went. A row, so that a killed reader is found again."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    asked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    items = models.PositiveIntegerField(default=0)
    error = models.CharField(max_length=500, blank=True)

    objects = ScopedManager(account="account")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["account", "kind"], name="sync_once_an_account")]
