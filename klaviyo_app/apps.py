"""The Django application of everything that knows Klaviyo."""

from __future__ import annotations

from django.apps import AppConfig


class KlaviyoAppConfig(AppConfig):
    """One label and one migration history for all rooms."""

    name = "klaviyo_app"
    verbose_name = "Klaviyo"
