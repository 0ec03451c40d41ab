"""Reports as they were read. One for all campaigns (or flows) of a time: Klaviyo allows 225 a day."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from klaviyo_app.accounts.models import Account


class Report(models.Model):
    """One answer: about which kind, of which time, counting which metric as a conversion. A new one replaces it."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    about = models.CharField(max_length=20)  # the kind: "campaign", "flow"
    time = models.CharField(max_length=20)  # a choice of timeframes.py
    since = models.DateTimeField()  # what was sent from here on
    until = models.DateTimeField()
    metric_id = models.CharField(max_length=64)
    metric_name = models.CharField(max_length=300, blank=True)
    partial = models.BooleanField(default=False)  # Klaviyo had more rows than it gave
    read_at = models.DateTimeField()

    objects = ScopedManager(account="account")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "about", "time", "metric_id"], name="report_once_a_question")
        ]
        indexes: ClassVar = [models.Index(fields=["account", "about", "-read_at"], name="report_by_age")]


class Result(models.Model):
    """A row of a report: one campaign or flow. Rates are fractions, the value is in the account's currency."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    report = models.ForeignKey(Report, on_delete=models.CASCADE, related_name="results")
    klaviyo_id = models.CharField(max_length=64)
    name = models.CharField(_("name"), max_length=1000, blank=True)
    name_key = models.CharField(max_length=300, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    recipients = models.PositiveIntegerField(default=0)
    delivered = models.PositiveIntegerField(default=0)
    bounced = models.PositiveIntegerField(default=0)
    opened = models.PositiveIntegerField(default=0)  # people, not times
    open_rate = models.FloatField(default=0.0)
    clicked = models.PositiveIntegerField(default=0)
    click_rate = models.FloatField(default=0.0)
    unsubscribed = models.PositiveIntegerField(default=0)
    unsubscribe_rate = models.FloatField(default=0.0)
    complaints = models.PositiveIntegerField(default=0)
    complaint_rate = models.FloatField(default=0.0)
    conversions = models.PositiveIntegerField(default=0)
    converted = models.PositiveIntegerField(default=0)  # people, not times
    conversion_rate = models.FloatField(default=0.0)
    value = models.FloatField(default=0.0)

    objects = ScopedManager(account="account")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["report", "klaviyo_id"], name="result_once_a_report")]
        indexes: ClassVar = [models.Index(fields=["account", "klaviyo_id"], name="result_of_thing")]

    @property
    def per_recipient(self) -> float:
        """What each recipient brought."""
        return self.value / self.recipients if self.recipients else 0.0


class Growth(models.Model):
    """A segment's year by weeks, of a report on all segments. Four lists of one length."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    segment_id = models.CharField(max_length=64)
    moments: models.JSONField[Any, Any] = models.JSONField(default=list)  # when each week begins, as Klaviyo writes it
    totals: models.JSONField[Any, Any] = models.JSONField(default=list)
    came: models.JSONField[Any, Any] = models.JSONField(default=list)
    left: models.JSONField[Any, Any] = models.JSONField(default=list)
    read_at = models.DateTimeField()

    objects = ScopedManager(account="account")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["account", "segment_id"], name="growth_once_a_segment")
        ]
