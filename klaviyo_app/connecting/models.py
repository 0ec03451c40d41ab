"""The connect attempt: a row before the first call, so that it survives any death."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django_scopes import ScopedManager

from dashboard.teams.models import Team
from klaviyo_app.accounts.models import Account
from klaviyo_app.connecting import states


class Attempt(models.Model):
    """One try to connect an account of a team; with `account`, a reconnection of it."""

    team = models.ForeignKey(Team, on_delete=models.CASCADE)
    account = models.ForeignKey(Account, on_delete=models.CASCADE, null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    state = models.CharField(max_length=20, default=states.INTENDED)
    since = models.DateTimeField()
    created_at = models.DateTimeField(auto_now_add=True)
    # Maton's id. Only ids in this column and in Account.connection_id are ours to delete.
    connection_id = models.CharField(max_length=100, null=True, blank=True, unique=True)
    adopted = models.BooleanField(default=False)  # it was there before: never deleted by us
    asked_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True, blank=True, db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)
    trouble_since = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    # What answered: id, name, industry, time_zone, currency, sender...; counts and rights by family.
    found: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)
    # A connection that is to be deleted at Maton: the old one after a switch, or one that nobody wants.
    leftover = models.CharField(max_length=100, blank=True)

    objects = ScopedManager(team="team")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["team", "created_at"], name="attempt_of_team")]
