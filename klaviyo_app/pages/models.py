"""Receipts: a form that was posted twice does its work once."""

from __future__ import annotations

from django.conf import settings
from django.db import models


class Receipt(models.Model):
    """A post and where its work led. `token`: a hash of the form's token and content. Kept a day, then swept."""

    token = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)
    led_to = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(auto_now_add=True, db_index=True)
