"""Django application."""

from __future__ import annotations

from django.apps import AppConfig


class TeamsConfig(AppConfig):
    """The room's application."""

    name = "dashboard.teams"
    label = "teams"
