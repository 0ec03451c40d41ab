"""Connected Klaviyo accounts. All data hangs on the account; the connection behind it may be replaced."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from dashboard.crypto import EncryptedTextField
from dashboard.teams.models import Team


class MatonKey(models.Model):
    """A team's own Maton key. Without one, the site's MATON_API_KEY serves the team."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="maton_key")
    key = EncryptedTextField()
    last_four = models.CharField(max_length=4)
    proved_at = models.DateTimeField()
    refused_at = models.DateTimeField(null=True, blank=True)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)


class Health(models.TextChoices):
    """How an account's connection is, by our own measurement (ACTIVE at Maton does not mean working)."""

    WORKING = "working", _("working")
    SLOW = "slow", _("slow")
    RIGHTS_MISSING = "rights_missing", _("rights missing")
    GATEWAY_TROUBLE = "gateway_trouble", _("gateway trouble")
    NEEDS_RECONNECTING = "needs_reconnecting", _("needs reconnecting")
    DISCONNECTED = "disconnected", _("disconnected")


class Account(models.Model):
    """A Klaviyo account that a team works on."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE, related_name="accounts")
    klaviyo_id = models.CharField(max_length=32)
    name = models.CharField(_("name"), max_length=300)
    time_zone = models.CharField(max_length=64, default="UTC")
    currency = models.CharField(max_length=8, blank=True)
    locale = models.CharField(max_length=16, blank=True)
    industry = models.CharField(max_length=200, blank=True)
    sender_name = models.CharField(max_length=300, blank=True)
    sender_email = models.CharField(max_length=320, blank=True)
    website = models.CharField(max_length=500, blank=True)
    address = models.CharField(max_length=500, blank=True)
    public_key = models.CharField(max_length=64, blank=True)
    test_account = models.BooleanField(default=False)
    # Maton's connection id; None when disconnected. Never two accounts of ours on one connection.
    connection_id = models.CharField(max_length=100, null=True, blank=True, unique=True)
    connected_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    connected_at = models.DateTimeField(null=True, blank=True)
    health = models.CharField(max_length=20, choices=Health.choices, default=Health.WORKING)
    health_since = models.DateTimeField(null=True, blank=True)
    health_detail = models.JSONField(default=dict, blank=True)
    failures = models.PositiveSmallIntegerField(default=0)  # heartbeats in a row that failed
    last_good_at = models.DateTimeField(null=True, blank=True)
    next_heartbeat_at = models.DateTimeField(null=True, blank=True, db_index=True)
    # family ("lists", "campaigns", ...) -> may we read it? Learned by one cheap read each.
    rights: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    served_revision = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager(team="team")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["team", "klaviyo_id"], name="klaviyo_account_once_a_team")
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def connected(self) -> bool:
        """Whether calls can be made at all."""
        return bool(self.connection_id)

    @property
    def revision_asked(self) -> str:
        """The API revision that is asked for, where Klaviyo serves another one; else ""."""
        asked: str = settings.KLAVIYO_REVISION
        return asked if self.served_revision and self.served_revision != asked else ""


class CallRecord(models.Model):
    """One call of an account, without anything that was in it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    at = models.DateTimeField()
    operation = models.CharField(max_length=80)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=40, blank=True)
    speaker = models.CharField(max_length=10, blank=True)
    request_id = models.CharField(max_length=128, blank=True)
    ms = models.PositiveIntegerField(default=0)

    objects = ScopedManager(account="account")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "-id"], name="call_of_account")]
