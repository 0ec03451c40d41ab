"""All addresses. Every name must stand in dashboard/access.py."""

from __future__ import annotations

from django.urls import include, path

urlpatterns = [
    path("", include("dashboard.teams.urls")),
    path("", include("dashboard.health.urls")),
    path("", include("klaviyo_app.urls")),
]
handler400 = "dashboard.errors.bad_request"
handler403 = "dashboard.errors.permission_denied"
handler404 = "dashboard.errors.page_not_found"
handler500 = "dashboard.errors.server_error"
