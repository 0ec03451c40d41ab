"""Signs of life, as rows: they need neither Redis nor Celery's memory to be read."""

from __future__ import annotations

from django.db import models

from dashboard.crypto import EncryptedTextField


class Heartbeat(models.Model):
    """When a part of the installation last did its work."""

    name = models.CharField(max_length=40, primary_key=True)  # "beat", "worker"
    at = models.DateTimeField()
    # A known word under the present key: whoever cannot read it cannot read the stored Maton keys either.
    seal = EncryptedTextField(blank=True)

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
