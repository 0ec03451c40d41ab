"""Django application."""

from __future__ import annotations

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """The room's application."""

    name = "dashboard.audit"
    label = "audit"
