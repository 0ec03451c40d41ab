"""The site: settings, URLs, Celery, teams, audit. It knows nothing of Klaviyo."""

from dashboard.celery import app as celery_app

__all__ = ["celery_app"]
