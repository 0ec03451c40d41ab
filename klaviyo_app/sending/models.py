"""Sends as rows: what was approved, each attempt, each step. The queue remembers nothing of a send."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_scopes import ScopedManager

from dashboard.teams.models import Team
from klaviyo_app.accounts.models import Account
from klaviyo_app.sending import states


class SendIntent(models.Model):
    """One wish to send one campaign, from the request to its end at Klaviyo."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sends")
    campaign_id = models.CharField(max_length=64)  # Klaviyo's
    campaign_name = models.CharField(_("campaign"), max_length=1000)
    klaviyo_account_id = models.CharField(max_length=32)  # compared with the live one before each attempt
    generation = models.PositiveIntegerField(default=1)
    state = models.CharField(
        max_length=20, choices=[(s, s) for s in states.LIVE + states.FINAL], default=states.REQUESTED
    )
    since = models.DateTimeField()  # in this state

    # What was shown and approved.
    digest = models.CharField(max_length=64)
    likeness = models.CharField(
        max_length=64
    )  # subject, content and audience only: finds the same mail in another campaign
    approved_content: models.JSONField[Any, Any] = models.JSONField(default=dict)
    audience: models.JSONField[Any, Any] = models.JSONField(default=dict)
    estimate = models.PositiveIntegerField(null=True, blank=True)  # None: Klaviyo gave none
    strategy: models.JSONField[Any, Any] = models.JSONField(default=dict)
    alike_confirmed = models.BooleanField(default=False)
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)

    # Where the machine stands.
    fence = models.PositiveIntegerField(default=0)
    next_look_at = models.DateTimeField(null=True, blank=True)
    looks = models.PositiveIntegerField(default=0)  # reads since the state began: spaces the next one
    tries = models.PositiveIntegerField(default=0)  # attempts of this generation of which nothing left
    repeats = models.PositiveIntegerField(default=0)  # by machine, this generation
    quiet_from = models.DateTimeField(null=True, blank=True)
    heard_at = models.DateTimeField(null=True, blank=True)  # the last read that told us anything
    remote_status = models.CharField(max_length=100, blank=True)
    remote_seen = models.BooleanField(default=False)  # some read showed the acceptance
    reason = models.CharField(max_length=40, blank=True)  # a key of words.REASON
    alarm = models.CharField(max_length=40, blank=True)  # likewise
    alarm_at = models.DateTimeField(null=True, blank=True)
    evidence: models.JSONField[Any, Any] = models.JSONField(default=dict)  # the last reads
    told = models.CharField(max_length=70, blank=True)  # the last of `telling.news` that people were mailed
    # Whom the news that are being told have reached: {"news": ..., "people": [users' keys]}.
    told_to: models.JSONField[Any, Any] = models.JSONField(default=dict, blank=True)

    objects = ScopedManager(account="account")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["account", "campaign_id"],
                condition=models.Q(state__in=states.LIVE),
                name="one_live_send_a_campaign",
            )
        ]
        indexes: ClassVar = [
            models.Index(fields=["next_look_at"], condition=models.Q(state__in=states.SWEPT), name="sends_due"),
            models.Index(fields=["account", "state", "-requested_at"], name="sends_by_state"),
        ]

    def __str__(self) -> str:
        return self.campaign_name

    @property
    def live(self) -> bool:
        """Whether anything can still happen by itself or by a decision."""
        return self.state in states.LIVE


class SendAttempt(models.Model):
    """One try to make the one request. Written once, closed once, never changed after that."""

    intent = models.ForeignKey(SendIntent, on_delete=models.PROTECT, related_name="attempts")
    generation = models.PositiveIntegerField()
    fence = models.PositiveIntegerField()
    worker = models.CharField(max_length=100)
    before: models.JSONField[Any, Any] = models.JSONField(default=dict)  # campaign and job as read in preflight
    started_at = models.DateTimeField()
    deadline_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(
        max_length=20, blank=True
    )  # accepted, nothing_left, refused, told_to_wait, unknown, abandoned
    status = models.PositiveIntegerField(null=True, blank=True)
    speaker = models.CharField(max_length=20, blank=True)
    detail = models.TextField(blank=True)
    request_id = models.CharField(max_length=100, blank=True)
    evidence: models.JSONField[Any, Any] = models.JSONField(default=dict)

    objects = ScopedManager(account="intent__account")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["intent", "fence"], name="attempt_once_a_fence")]

    def __str__(self) -> str:
        return f"{self.intent_id}.{self.fence}"


class SendEvent(models.Model):
    """A step of a send, in the order in which they happened."""

    intent = models.ForeignKey(SendIntent, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    event = models.CharField(max_length=30)
    state = models.CharField(max_length=20)  # after it
    generation = models.PositiveIntegerField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=500, blank=True)

    objects = ScopedManager(account="intent__account")

    def __str__(self) -> str:
        return self.event


class SendPolicy(models.Model):
    """A team's own rules for sending. Without a row the site's settings hold."""

    team = models.OneToOneField(Team, on_delete=models.CASCADE, related_name="send_policy")
    paused_at = models.DateTimeField(null=True, blank=True)
    paused_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    pause_reason = models.CharField(max_length=300, blank=True)
    second_person_above = models.PositiveIntegerField(null=True, blank=True)  # None: settings.SECOND_PERSON_ABOVE
    machine_may_repeat = models.BooleanField(default=False)

    objects = ScopedManager(team="team")

    def __str__(self) -> str:
        return "paused" if self.paused_at else "open"


class Installation(models.Model):
    """The installation that this database belongs to. A restored or copied database finds another identity outside."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    identity = models.CharField(max_length=64)
    written_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.identity
