"""Django application."""

from __future__ import annotations

from django.apps import AppConfig


class HealthConfig(AppConfig):
    """The room's application."""

    name = "dashboard.health"
    label = "health"
