"""The wire: Klaviyo through the Maton gateway. No Django, no Celery; usable alone."""
