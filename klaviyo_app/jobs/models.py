"""Long work as rows: the plan is rows, the progress is the count of rows by state."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from klaviyo_app.accounts.models import Account


class JobState(models.TextChoices):
    """Where a job stands."""

    READY = "ready", _("waiting")
    RUNNING = "running", _("running")
    HELD = "held", _("held")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class RowState(models.TextChoices):
    """Where one row of a job stands."""

    WAITING = "waiting", _("waiting")
    SENT = "sent", _("sent, no answer yet")
    DONE = "done", _("done")
    SKIPPED = "skipped", _("nothing to do")
    REFUSED = "refused", _("refused")
    UNKNOWN = "unknown", _("not known")


class Job(models.Model):
    """A piece of long work of an account. `task` is the Celery task that steps it; the row outlives every message."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    kind = models.CharField(max_length=60)  # "coupons.generate"
    task = models.CharField(max_length=200)
    title = models.CharField(max_length=300)
    state = models.CharField(max_length=10, choices=JobState.choices, default=JobState.READY)
    options: models.JSONField[Any, Any] = models.JSONField(default=dict)
    # What the next worker needs to know, such as Klaviyo's job id; committed before it is needed.
    memory: models.JSONField[Any, Any] = models.JSONField(default=dict)
    total = models.PositiveIntegerField(default=0)
    calls = models.PositiveIntegerField(default=0)  # what the plan says it will cost, in calls
    error = models.CharField(max_length=500, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField(null=True, blank=True, db_index=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    fence = models.PositiveIntegerField(default=0)

    objects = ScopedManager(account="account")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["account", "created_at", "id"], name="job_by_age")]


class JobRow(models.Model):
    """One thing that a job does, and what came of it."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="rows")
    position = models.PositiveIntegerField()
    key = models.CharField(max_length=300)  # the e-mail address, the code
    payload: models.JSONField[Any, Any] = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=RowState.choices, default=RowState.WAITING)
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["job", "position"], name="row_once_a_job")]
        indexes: ClassVar = [models.Index(fields=["job", "state", "position"], name="row_by_state")]


class Selection(models.Model):
    """A frozen set of ids that a bulk action will act on: what was shown is what is done."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    kind = models.CharField(max_length=40)
    ids: models.JSONField[Any, Any] = models.JSONField(default=list)
    sentence = models.CharField(max_length=300)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager(account="account")
