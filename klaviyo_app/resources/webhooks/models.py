"""What our receiver needs: the webhooks that lead to it, with their secrets, and what came in."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django_scopes import ScopedManager

from dashboard.crypto import EncryptedTextField
from klaviyo_app.accounts.models import Account


class OwnWebhook(models.Model):
    """A webhook of an account that leads to this dashboard. `token` stands in the address and cannot be guessed."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE)
    klaviyo_id = models.CharField(max_length=64, blank=True)  # "" until Klaviyo has answered
    token = models.CharField(max_length=64, unique=True)
    secret = EncryptedTextField()
    made_at = models.DateTimeField(auto_now_add=True)

    objects = ScopedManager(account="account")


class Delivery(models.Model):
    """One delivery that was taken: how many events of which topics, and nothing of what was in them."""

    webhook = models.ForeignKey(OwnWebhook, on_delete=models.CASCADE, related_name="deliveries")
    signature = models.CharField(max_length=64)  # the same one again is the same delivery
    at = models.DateTimeField()
    topics: models.JSONField[Any, Any] = models.JSONField(default=dict)  # topic -> events
    refreshed: models.JSONField[Any, Any] = models.JSONField(default=list)  # kinds of the mirror
    test = models.BooleanField(default=False)

    objects = ScopedManager(account="webhook__account")

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["webhook", "signature"], name="delivery_once")]
        indexes: ClassVar = [models.Index(fields=["webhook", "-at"], name="deliveries_of_webhook")]
